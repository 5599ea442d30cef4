using System.Text.Json.Nodes;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>What models are fitted on and measured by, and how it came about.</summary>
/// <param name="Split">The divided log.</param>
/// <param name="NewOnly">Whether only pairs that are new to a user are recommended and counted.</param>
/// <param name="Source">The folder or the files, for people.</param>
internal sealed record EvaluationData(DataSplit Split, bool NewOnly, string Source)
{
    public SparseMatrix Train => Split.Train;

    public SparseMatrix Test => Split.Test;

    public JsonObject ToJson() => new()
    {
        ["users"] = Train.RowCount,
        ["items"] = Train.ColumnCount,
        ["train"] = Train.CellCount,
        ["test"] = Test.CellCount,
        ["usersWithTest"] = Split.Report.UsersWithTest,
        ["split"] = Split.Report.Split,
        ["newOnly"] = NewOnly,
        ["dropped"] = new JsonArray([.. Split.Report.Dropped.Select(d => (JsonNode)new JsonObject { ["rule"] = d.Rule, ["rows"] = d.Rows, ["pairs"] = d.Pairs })]),
    };
}

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
