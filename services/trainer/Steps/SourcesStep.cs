using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.NextTracks;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>Fits the sources of candidates beside ALS to all listens, and counts the statistics of the tracks.</summary>
internal static class SourcesStep
{
    public static Task<CandidateSources> RunAsync(
        TrainingLog log, CataloguedListens listens, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                progress.Report(0, "neighbours and next tracks");
                var sources = CandidateSources.Fit(log.Plays, listens.Listens, settings, cancellationToken);
                progress.Report(1, "neighbours and next tracks" + settings.NeighborLimits(log.Plays));
                return sources;
            },
            cancellationToken);
}

/// <summary>The sources of candidates beside ALS and popularity, and what features say of the tracks, from the same listens.</summary>
/// <param name="ItemNeighbors">For each track its nearest; null when it is no source.</param>
/// <param name="UserNeighbors">For each user the most similar; null when it is no source.</param>
/// <param name="Next">For each track its followers; null when it is no source.</param>
/// <param name="Statistics">Of the tracks.</param>
internal sealed record CandidateSources(LinkTable? ItemNeighbors, LinkTable? UserNeighbors, LinkTable? Next, ItemStatistics Statistics)
    : IOutcome<CandidateSources>
{
    // Listeners at which a similarity counts half, as in the candidate service.
    private const double Shrinkage = 10;

    /// <summary>Fits the sources that the settings ask for.</summary>
    /// <param name="plays">Users × items.</param>
    /// <param name="listens">The same with times.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static CandidateSources Fit(SparseMatrix plays, ListensByUser listens, TrainingSettings settings, CancellationToken cancellationToken)
    {
        var items = settings.Get(RankerSettings.ItemNeighbors) ? FitItems(plays, settings, cancellationToken) : null;
        LargeHeap.Trim();
        var users = settings.Get(RankerSettings.UserNeighbors) ? FitUsers(plays, settings, cancellationToken) : null;
        LargeHeap.Trim();
        var next = settings.Get(RankerSettings.NextTracks) ? FitNext(listens, settings) : null;
        LargeHeap.Trim();
        return new CandidateSources(items, users, next, ItemStatistics.From(listens));
    }

    /// <summary>What asks all sources, ALS and popularity among them.</summary>
    /// <param name="plays">Users × items, to which the sources were fitted.</param>
    /// <param name="als">Fitted to the same.</param>
    public CandidateFinder FinderOf(SparseMatrix plays, AlsModel als)
    {
        var listeners = plays.CountColumns();
        return new CandidateFinder(
            new RetrievalModels
            {
                ItemCount = plays.ColumnCount,
                Als = als,
                Similarity = new SimilarityIndex(als, listeners, Shrinkage),
                Popular = PopularityOrder.From([], listeners),
                ItemNeighbors = ItemNeighbors,
                UserNeighbors = UserNeighbors,
                Heard = plays.RowColumns,
                Next = Next,
            },
            new RetrievalOptions());
    }

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        foreach (var links in new[] { ItemNeighbors, UserNeighbors, Next })
        {
            writer.WriteSwitch(links is not null);
            if (links is not null)
            {
                writer.WriteArray(links.Offsets.Span);
                writer.WriteArray(links.AllTargets.Span);
                writer.WriteArray(links.AllWeights.Span);
            }
        }

        writer.WriteArray(Statistics.Values.Span);
        writer.WriteInt64(Statistics.UserCount);
    }

    /// <inheritdoc/>
    public static CandidateSources Read(CheckpointReader reader)
    {
        return new CandidateSources(ReadLinks(), ReadLinks(), ReadLinks(), new ItemStatistics(reader.ReadArray<float>(), reader.ReadInt32()));

        // What was written is whole; the checkpoint looks after that.
        LinkTable? ReadLinks() => reader.ReadSwitch()
            ? new LinkTable(reader.ReadArray<long>(), reader.ReadArray<int>(), reader.ReadArray<float>(), int.MaxValue)
            : null;
    }

    private static LinkTable FitItems(SparseMatrix plays, TrainingSettings settings, CancellationToken cancellationToken) => LinkTable.FromNeighbors(
        ItemNeighborModel.Fit(
            plays,
            settings.ItemNeighborOptions(plays.CellCount) with
            {
                Weighting = ItemWeighting.Binary,
                UserExponent = 0.5,
                Shrinkage = Shrinkage,
                NeighborCount = settings.Get(RankerSettings.NeighborCount),
            },
            cancellationToken).Neighbors,
        settings.Get(RankerSettings.NeighborCount),
        plays.ColumnCount,
        settings.Get(TrainingSettings.Threads));

    private static LinkTable FitUsers(SparseMatrix plays, TrainingSettings settings, CancellationToken cancellationToken) => LinkTable.FromNeighbors(
        UserNeighborModel.Fit(
            plays.MapValues((_, _, _) => 1),
            settings.UserNeighborOptions(plays.CellCount) with { Center = false, NeighborCount = settings.Get(RankerSettings.NeighborCount) },
            cancellationToken).Neighbors,
        settings.Get(RankerSettings.NeighborCount),
        plays.RowCount,
        settings.Get(TrainingSettings.Threads));

    private static LinkTable? FitNext(ListensByUser listens, TrainingSettings settings)
    {
        if (!listens.Times.ContainsAnyExcept(0L))
        {
            return null;
        }

        var threads = settings.Get(TrainingSettings.Threads);
        var pairs = NextTrackPairs.FromLog(listens.ToInteractions(threads), new Algorithms.NextTracks.SessionOptions { Gap = settings.SessionGap() }, out _);
        return pairs.Count == 0 ? null : LinkTable.FromTransitions(MarkovModel.Fit(pairs), settings.Get(RankerSettings.NeighborCount), threads);
    }
}
