using System.Collections.Concurrent;

namespace RecSys.Algorithms.Candidates;

/// <summary>
/// Retrieves candidates: the one piece of code that the candidate service answers with and that the ranker's training rows
/// are made with, so that the ranker meets in serving what it was trained on. Safe for use by many threads.
/// </summary>
public sealed class CandidateFinder(CandidateModels models, RetrievalSettings settings)
{
    private readonly ConcurrentBag<ScoreBoard> _boards = [];

    /// <summary>The models.</summary>
    public CandidateModels Models { get; } = models;

    /// <summary>What every source that was asked finds for a user, in the order of <see cref="SourceKind"/>.</summary>
    /// <param name="profile">What is known of the user.</param>
    /// <param name="denied">Items that must not come back.</param>
    /// <param name="count">Items of each source, at most.</param>
    /// <param name="sources">Whom to ask; null for all that have a model.</param>
    /// <param name="cancellationToken">Ends the work between two sources.</param>
    public IReadOnlyList<SourceList> Retrieve(
        ListenerProfile profile,
        ItemSet denied,
        int count,
        IReadOnlyCollection<SourceKind>? sources = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(denied);
        var lists = new List<SourceList>();
        foreach (var source in Models.Sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if ((sources is null || sources.Contains(source)) && Retrieve(source, profile, denied, count) is { } list)
            {
                lists.Add(list);
            }
        }

        return lists;
    }

    private SourceList? Retrieve(SourceKind source, ListenerProfile profile, ItemSet denied, int count)
    {
        switch (source)
        {
            case SourceKind.Als:
                return AlsSource.Retrieve(Models.Als!, profile, denied, count);
            case SourceKind.Similar:
                return profile.RecentItems.Length == 0
                    ? null
                    : SimilarSource.Retrieve(
                        Models.Similarity!, Latest(profile, settings.SimilarSeeds), settings.SimilarHalfLife, denied, count);
            case SourceKind.Popular:
                return PopularSource.Retrieve(Models.Popular!, denied, count);
            case SourceKind.ItemNeighbors:
                return Follow(source, Models.ItemNeighbors!, LatestOrAll(profile), ageFactor: 1, denied, count);
            case SourceKind.UserNeighbors:
                return profile.IsKnownUser ? FromUsers(profile.UserIndex, denied, count) : null;
            case SourceKind.Next:
                return Follow(source, Models.Next!, Latest(profile, settings.NextSeeds), ageFactor: 0.5f, denied, count);
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, null);
        }
    }

    private static ReadOnlySpan<int> Latest(ListenerProfile profile, int count) =>
        profile.RecentItems.AsSpan(0, Math.Min(count, profile.RecentItems.Length));

    private ReadOnlySpan<int> LatestOrAll(ListenerProfile profile) =>
        profile.Items.Length <= settings.NeighborSeeds ? profile.Items : Latest(profile, settings.NeighborSeeds);

    // score(i) = Σ over seeds s of ageFactor^age(s) · weight(s → i), where age is the place in the list from 0.
    private SourceList Follow(SourceKind source, ItemLinks links, ReadOnlySpan<int> seeds, float ageFactor, ItemSet denied, int count)
    {
        var board = Rent();
        var factor = 1f;
        foreach (var seed in seeds)
        {
            var targets = links.Targets(seed);
            var weights = links.Weights(seed);
            for (var i = 0; i < targets.Length; i++)
            {
                board.Add(targets[i], factor * weights[i], seed);
            }

            factor *= ageFactor;
        }

        return Return(board, source, denied, count);
    }

    // score(i) = Σ over the most similar users v who heard i of similarity(u, v).
    private SourceList FromUsers(int userIndex, ItemSet denied, int count)
    {
        var board = Rent();
        var users = Models.UserNeighbors!.Targets(userIndex);
        var similarities = Models.UserNeighbors.Weights(userIndex);
        for (var i = 0; i < users.Length; i++)
        {
            foreach (var item in Models.Heard!(users[i]))
            {
                board.Add(item, similarities[i], SourceHit.NoItem);
            }
        }

        return Return(board, SourceKind.UserNeighbors, denied, count);
    }

    private ScoreBoard Rent() => _boards.TryTake(out var board) ? board : new ScoreBoard(Models.ItemCount);

    private SourceList Return(ScoreBoard board, SourceKind source, ItemSet denied, int count)
    {
        var list = board.Take(source, denied, count);
        _boards.Add(board);
        return list;
    }
}
