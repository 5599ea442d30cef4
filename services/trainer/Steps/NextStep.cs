using RecSys.Algorithms;
using RecSys.Algorithms.Markov;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Lists what most likely follows every track that something has followed.</summary>
internal static class NextStep
{
    /// <param name="path">The file that the lists are written to.</param>
    /// <param name="model">Fitted to all sessions; null where the log has none.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> RunAsync(
        string path, MarkovModel? model, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var count = settings.Get(TrainingSettings.NextCount);
        var tracks = model is null ? [] : MostFollowed(model, settings.Get(TrainingSettings.NextTracks));
        progress.Report(0, model is null ? "the log has no sessions" : $"{count} next tracks of {tracks.Length:N0}");
        return ListFile.CreateAsync(
            path, tracks.Length, places => Lists(model!, Array.ConvertAll(places, place => tracks[place]), count), progress, cancellationToken);
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
