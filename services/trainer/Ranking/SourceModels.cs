using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Markov;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Ranking;

/// <summary>All sources of candidates, fitted to the same listens.</summary>
/// <param name="Finder">Asks them.</param>
/// <param name="ItemNeighbors">For each track its nearest; null when it is no source.</param>
/// <param name="UserNeighbors">For each user the most similar; null when it is no source.</param>
/// <param name="Next">For each track its followers; null when it is no source.</param>
internal sealed record SourceModels(CandidateFinder Finder, LinkTable? ItemNeighbors, LinkTable? UserNeighbors, LinkTable? Next)
{
    // Listeners at which a similarity counts half, as in the candidate service.
    private const double Shrinkage = 10;

    /// <summary>Fits the sources that are not there yet.</summary>
    /// <param name="plays">Users × items.</param>
    /// <param name="listens">The same with times.</param>
    /// <param name="als">Fitted to the plays.</param>
    /// <param name="settings">Which sources.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static SourceModels Fit(
        SparseMatrix plays,
        ListensByUser listens,
        AlsModel als,
        SourceSettings settings,
        CancellationToken cancellationToken)
    {
        var items = settings.ItemNeighbors ? FitItems(plays, settings, cancellationToken) : null;
        LargeHeap.Trim();
        var users = settings.UserNeighbors ? FitUsers(plays, settings, cancellationToken) : null;
        LargeHeap.Trim();
        var next = settings.NextTracks ? FitNext(listens, settings) : null;
        LargeHeap.Trim();
        return new SourceModels(FinderOf(plays, als, items, users, next), items, users, next);
    }

    /// <summary>Puts sources together that were fitted before.</summary>
    public static CandidateFinder FinderOf(SparseMatrix plays, AlsModel als, LinkTable? items, LinkTable? users, LinkTable? next)
    {
        var listeners = new int[plays.ColumnCount];
        for (var user = 0; user < plays.RowCount; user++)
        {
            foreach (var item in plays.RowColumns(user))
            {
                listeners[item]++;
            }
        }

        return new CandidateFinder(
            new RetrievalModels
            {
                ItemCount = plays.ColumnCount,
                Als = als,
                Similarity = new SimilarityIndex(als, listeners, Shrinkage),
                Popular = PopularityOrder.From([], listeners),
                ItemNeighbors = items,
                UserNeighbors = users,
                Heard = plays.RowColumns,
                Next = next,
            },
            new RetrievalOptions());
    }

    private static LinkTable FitItems(SparseMatrix plays, SourceSettings settings, CancellationToken cancellationToken) => LinkTable.FromNeighbors(
        ItemNeighborModel.Fit(
            plays,
            new ItemNeighborOptions
            {
                Weighting = ItemWeighting.Binary,
                UserExponent = 0.5,
                Shrinkage = Shrinkage,
                MaxItems = settings.NeighborTracks,
                MaxPairs = settings.MaxPairs(plays.CellCount),
                Seed = settings.Seed,
                NeighborCount = settings.NeighborCount,
                ThreadCount = settings.ThreadCount,
            },
            cancellationToken).Neighbors,
        settings.NeighborCount,
        plays.ColumnCount,
        settings.ThreadCount);

    private static LinkTable FitUsers(SparseMatrix plays, SourceSettings settings, CancellationToken cancellationToken) => LinkTable.FromNeighbors(
        UserNeighborModel.Fit(
            plays.MapValues((_, _, _) => 1),
            new UserNeighborOptions
            {
                Center = false,
                NeighborCount = settings.NeighborCount,
                MaxPairs = settings.MaxPairs(plays.CellCount),
                Seed = settings.Seed,
                ThreadCount = settings.ThreadCount,
            },
            cancellationToken).Neighbors,
        settings.NeighborCount,
        plays.RowCount,
        settings.ThreadCount);

    private static LinkTable? FitNext(ListensByUser listens, SourceSettings settings)
    {
        if (!listens.Times.ContainsAnyExcept(0L))
        {
            return null;
        }

        var pairs = NextTrackPairs.FromLog(listens.ToInteractions(settings.ThreadCount), new Algorithms.Splits.SessionOptions { Gap = settings.SessionGap }, out _);
        return pairs.Count == 0 ? null : LinkTable.FromTransitions(MarkovModel.Fit(pairs), settings.NeighborCount, settings.ThreadCount);
    }
}
