using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>The split that came with the data: the first rows are of the train file, the others of the test file.</summary>
internal sealed class FileSplit(int trainRows) : ISplitter
{
    public string Name => "by file";

    public void Assign(InteractionRows log, Span<SplitSide> sides)
    {
        sides[..trainRows].Fill(SplitSide.Train);
        sides[trainRows..].Fill(SplitSide.Test);
    }
}
