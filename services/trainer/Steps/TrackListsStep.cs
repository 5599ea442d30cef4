using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.NextTracks;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Makes the lists that are kept of tracks: those that are similar to each, and those that most likely follow it.</summary>
internal static class TrackListsStep
{
    /// <summary>The nearest tracks of every track.</summary>
    /// <returns>The lists; a track that no model knows has none.</returns>
    /// <param name="path">The file that they are written to.</param>
    /// <param name="models">Fitted to all plays.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> SimilarAsync(
        string path, FittedModels models, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var (trackCount, count) = (models.Popularity.ItemCount, settings.Get(TrainingSettings.SimilarCount));
        var model = SimilarTracks.Of(models, settings.Get(TrainingSettings.SimilarTracks));
        var among = model is SimilarTracks { Count: var tracks } ? $", among {tracks:N0}" : "";
        progress.Report(0, $"{count} similar tracks of {trackCount:N0}{among}");
        return ListFile.CreateAsync(
            path, model is null ? 0 : trackCount, items => SimilarLists(model!, items, count, cancellationToken), progress, cancellationToken);
    }

    private static List<ScoredRow> SimilarLists(ISimilarItems model, int[] items, int count, CancellationToken cancellationToken)
    {
        var lists = model.SimilarItems(items, count, cancellationToken);
        var rows = new List<ScoredRow>(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (lists[i].Length > 0)
            {
                rows.Add(new ScoredRow(
                    items[i], Array.ConvertAll(lists[i], item => item.ItemIndex), Array.ConvertAll(lists[i], item => item.Score), []));
            }
        }

        return rows;
    }

    /// <summary>What most likely follows every track that something has followed.</summary>
    /// <param name="path">The file that the lists are written to.</param>
    /// <param name="model">Fitted to all sessions; null where the log has none.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<ListFile> NextAsync(
        string path, MarkovModel? model, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        var count = settings.Get(TrainingSettings.NextCount);
        var tracks = model is null ? [] : MostFollowed(model, settings.Get(TrainingSettings.NextTracks));
        progress.Report(0, model is null ? "the log has no sessions" : $"{count} next tracks of {tracks.Length:N0}");
        return ListFile.CreateAsync(
            path, tracks.Length, places => NextLists(model!, Array.ConvertAll(places, place => tracks[place]), count), progress, cancellationToken);
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
    public static List<ScoredRow> NextLists(MarkovModel model, int[] items, int count)
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

/// <summary>
/// Similar tracks among those with most listeners. In a large catalogue most tracks have a listener or two, whose taste is all that
/// the factors of the track tell; looking at them takes most of the time, which grows with the square of the tracks.
/// </summary>
internal sealed class SimilarTracks : ISimilarItems
{
    private readonly int[] _tracks;
    private readonly int[] _places;
    private readonly AlsModel _among;

    private SimilarTracks(int[] tracks, int[] places, AlsModel among) => (_tracks, _places, _among) = (tracks, places, among);

    /// <summary>Tracks that are looked at.</summary>
    public int Count => _tracks.Length;

    /// <summary>The model itself where the catalogue is no larger, or where it is not ALS.</summary>
    /// <param name="models">Fitted to all plays.</param>
    /// <param name="count">Tracks to look at.</param>
    /// <returns>Null where no model finds similar tracks.</returns>
    public static ISimilarItems? Of(FittedModels models, int count)
    {
        if (models.Als is not { } als || als.ItemCount <= count)
        {
            return models.Similar;
        }

        var tracks = models.Popularity.Top(count).Select(track => track.ItemIndex).Order().ToArray();
        var places = new int[als.ItemCount];
        Array.Fill(places, -1);
        var factorCount = als.ItemFactors.FactorCount;
        var rows = new float[(long)tracks.Length * factorCount];
        for (var place = 0; place < tracks.Length; place++)
        {
            places[tracks[place]] = place;
            als.ItemFactors.Row(tracks[place]).CopyTo(rows.AsSpan(place * factorCount));
        }

        // A model without users: all that is asked of it is the search through its items.
        return new SimilarTracks(
            tracks,
            places,
            AlsModel.FromFactors(new FactorMatrix(0, factorCount), FactorMatrix.FromRows(tracks.Length, factorCount, rows), als.Options));
    }

    /// <inheritdoc/>
    /// <remarks>A track that is not among them has an empty list.</remarks>
    public ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default)
    {
        var lists = new ScoredItem[itemIndices.Length][];
        Array.Fill(lists, []);
        var asked = new List<int>(itemIndices.Length);
        for (var i = 0; i < lists.Length; i++)
        {
            if (_places[itemIndices[i]] >= 0)
            {
                asked.Add(i);
            }
        }

        var places = new int[asked.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = _places[itemIndices[asked[i]]];
        }

        var found = _among.SimilarItems(places, k, cancellationToken);
        for (var i = 0; i < places.Length; i++)
        {
            // Ascending indices in both numberings: ties are as they would be among all.
            lists[asked[i]] = Array.ConvertAll(found[i], item => item with { ItemIndex = _tracks[item.ItemIndex] });
        }

        return lists;
    }
}
