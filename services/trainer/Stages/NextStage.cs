using RecSys.Algorithms;
using RecSys.Algorithms.Markov;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>Lists what most likely follows every track that something has followed.</summary>
internal sealed class NextStage : IStage<NextInput, ListFile>
{
    /// <inheritdoc/>
    public Task<ListFile> RunAsync(NextInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        var tracks = input.Model is null ? [] : MostFollowed(input.Model, input.Tracks);
        progress.Report(0, input.Model is null ? "the log has no sessions" : $"{input.Count} next tracks of {tracks.Length:N0}");
        return ListFileWriter.WriteAsync(
            input.Path, tracks.Length, places => Lists(input.Model!, Array.ConvertAll(places, place => tracks[place]), input.Count), progress, cancellationToken);
    }

    // In ascending order; of those that were followed equally often those of lower index.
    private static int[] MostFollowed(MarkovModel model, int trackCount)
    {
        var followed = new float[model.ItemCount];
        for (var item = 0; item < followed.Length; item++)
        {
            foreach (var count in model.Transitions.RowValues(item))
            {
                followed[item] -= count;
            }
        }

        return [.. Enumerable.Range(0, followed.Length).Where(item => followed[item] < 0).OrderBy(item => followed[item]).Take(trackCount).Order()];
    }

    /// <summary>The lists of some tracks.</summary>
    public static List<ScoredRow> Lists(MarkovModel model, int[] items, int count)
    {
        // What a listener has heard may well come next.
        var options = new RecommendOptions { K = count, ExcludeSeen = false };
        var rows = new List<ScoredRow>(items.Length);
        foreach (var item in items)
        {
            if (model.Transitions.RowLength(item) > 0)
            {
                var next = model.RecommendNext(0, item, options);
                rows.Add(new ScoredRow(item, Array.ConvertAll(next, n => n.ItemIndex), Array.ConvertAll(next, n => n.Score), []));
            }
        }

        return rows;
    }
}
