using System.Collections.Concurrent;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Candidates;

/// <summary>
/// Retrieves candidates. The candidate service and the ranker's training both use it, so that the ranker meets in serving what it
/// was trained on. Safe for use by many threads.
/// </summary>
public sealed class CandidateFinder(RetrievalModels models, RetrievalOptions options)
{
    /// <summary>Most users that are searched for together.</summary>
    public const int MaxProfiles = BatchSearch.MaxQueries;

    private readonly ConcurrentBag<ScoreBoard> _boards = [];
    private readonly ConcurrentDictionary<(SourceKind Source, int Count), BatchSearch> _searches = [];

    /// <summary>The models.</summary>
    public RetrievalModels Models { get; } = models;

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

    /// <summary>
    /// What the sources find for several users whom the models know and who have heard nothing since: the same as for each of them alone
    /// (<see cref="Retrieve(ListenerProfile, ItemSet, int, IReadOnlyCollection{SourceKind}?, CancellationToken)"/>), but the catalogue is
    /// searched for all of them together.
    /// </summary>
    /// <param name="profiles">At most <see cref="MaxProfiles"/>.</param>
    /// <param name="heard">Users × items: what must not come back to each.</param>
    /// <param name="count">Items of each source, at most.</param>
    /// <param name="sources">Whom to ask; null for all that have a model.</param>
    /// <returns>The lists of each profile.</returns>
    public IReadOnlyList<SourceList>[] Retrieve(
        ReadOnlySpan<ListenerProfile> profiles, SparseMatrix heard, int count, IReadOnlyCollection<SourceKind>? sources = null)
    {
        ArgumentNullException.ThrowIfNull(heard);
        foreach (var profile in profiles)
        {
            ArgumentOutOfRangeException.ThrowIfEqual(profile.HasNews || !profile.IsKnownUser, true, nameof(profiles));
        }

        var lists = new List<SourceList>[profiles.Length];
        var denied = new ItemSet[profiles.Length];
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = [];
            denied[i] = new ItemSet(Models.ItemCount, heard.RowColumns(profiles[i].UserIndex));
        }

        foreach (var source in Models.Sources.Where(source => sources is null || sources.Contains(source)))
        {
            var together = source switch
            {
                SourceKind.Als => AlsSource.Retrieve(Models.Als!, SearchOf(source, count, Models.Als!.SearchMany), profiles, heard),
                SourceKind.Similar => SimilarSource.Retrieve(
                    Models.Similarity!, SearchOf(source, count, Models.Similarity!.SearchMany), profiles, options, heard),
                _ => null,
            };
            for (var i = 0; i < lists.Length; i++)
            {
                var list = source == SourceKind.Similar && profiles[i].RecentItems.Length == 0
                    ? null
                    : together is null ? Retrieve(source, profiles[i], denied[i], count) : together[i];
                if (list is not null)
                {
                    lists[i].Add(list);
                }
            }
        }

        return lists;
    }

    private BatchSearch SearchOf(SourceKind source, int count, Func<int, BatchSearch> create) =>
        _searches.GetOrAdd((source, count), _ => create(count));

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
                        Models.Similarity!, profile.Latest(options.SimilarSeeds), options.SimilarHalfLife, denied, count);
            case SourceKind.Popular:
                return PopularSource.Retrieve(Models.Popular!, denied, count);
            case SourceKind.ItemNeighbors:
                return Follow(source, Models.ItemNeighbors!, LatestOrAll(profile), ageFactor: 1, denied, count);
            case SourceKind.UserNeighbors:
                return profile.IsKnownUser ? FromUsers(profile.UserIndex, denied, count) : null;
            case SourceKind.Next:
                return Follow(source, Models.Next!, profile.Latest(options.NextSeeds), ageFactor: 0.5f, denied, count);
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, null);
        }
    }

    private ReadOnlySpan<int> LatestOrAll(ListenerProfile profile) =>
        profile.Items.Length <= options.NeighborSeeds ? profile.Items : profile.Latest(options.NeighborSeeds);

    // score(i) = Σ over seeds s of ageFactor^age(s) · weight(s → i), where age is the place in the list from 0.
    private SourceList Follow(SourceKind source, LinkTable links, ReadOnlySpan<int> seeds, float ageFactor, ItemSet denied, int count)
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

/// <summary>Adds up scores of the items that something speaks for, and remembers what spoke for each the most.</summary>
internal sealed class ScoreBoard(int itemCount)
{
    private readonly Entry[] _entries = new Entry[itemCount];
    private readonly List<int> _touched = [];

    /// <summary>Adds to an item's score.</summary>
    /// <param name="item">The item.</param>
    /// <param name="score">Above 0.</param>
    /// <param name="because">What speaks for it.</param>
    public void Add(int item, float score, int because)
    {
        ref var entry = ref _entries[item];
        if (entry.Score == 0)
        {
            _touched.Add(item);
        }

        entry.Score += score;
        if (score > entry.Strongest)
        {
            (entry.Strongest, entry.Because) = (score, because);
        }
    }

    /// <summary>The best items, and an empty board for the next question.</summary>
    public SourceList Take(SourceKind source, ItemSet denied, int count)
    {
        var best = new TopKBuffer(Math.Max(1, count));
        foreach (var item in _touched)
        {
            if (_entries[item].Score >= best.Threshold && !denied.Contains(item))
            {
                best.Add(item, _entries[item].Score);
            }
        }

        var hits = best.ToSortedArray().Select(item => new SourceHit(item.ItemIndex, item.Score, _entries[item.ItemIndex].Because)).ToArray();
        foreach (var item in _touched)
        {
            _entries[item] = default;
        }

        _touched.Clear();
        return new SourceList(source, hits);
    }

    // Together: they are far apart in memory from one item to the next.
    private struct Entry
    {
        public float Score;
        public float Strongest;
        public int Because;
    }
}

/// <summary>
/// Retrieves the tracks with the largest product of user and item factors, exactly. Where the history holds listens that
/// the model was not trained on, and for users whom it doesn't know, the user's factors are solved for anew from all
/// listens; that takes well under a millisecond for a history of usual length.
/// </summary>
internal static class AlsSource
{
    public static SourceList Retrieve(
        AlsModel als, ListenerProfile profile, ItemSet denied, int count)
    {
        if (!profile.HasNews && !profile.IsKnownUser)
        {
            return new SourceList(SourceKind.Als, []);
        }

        Span<float> factors = stackalloc float[als.ItemFactors.FactorCount];
        if (profile.HasNews)
        {
            als.FoldInUser(profile.Items, profile.Plays, factors);
        }
        else
        {
            als.UserFactors.Row(profile.UserIndex).CopyTo(factors);
        }

        // The denied set holds what was heard, when that must not come back.
        var found = als.RecommendForFactors(
            factors, seenItems: [], new RecommendOptions { K = count, ExcludeSeen = false, Denied = denied });
        return ListOf(found);
    }

    /// <summary>The lists of users whom the model knows and who have heard nothing since, as <see cref="Retrieve"/> makes each.</summary>
    /// <param name="als">The model.</param>
    /// <param name="search">Its search for so many items.</param>
    /// <param name="profiles">At most <see cref="BatchSearch.MaxQueries"/>.</param>
    /// <param name="heard">What must not come back to each user index.</param>
    public static SourceList[] Retrieve(AlsModel als, BatchSearch search, ReadOnlySpan<ListenerProfile> profiles, SparseMatrix heard)
    {
        var queries = new FactorMatrix(profiles.Length, als.ItemFactors.FactorCount);
        var users = new int[profiles.Length];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = profiles[i].UserIndex;
            als.UserFactors.Row(users[i]).CopyTo(queries.MutableRow(i));
        }

        return Array.ConvertAll(search.Find(queries, heard, users), ListOf);
    }

    private static SourceList ListOf(ScoredItem[] found) =>
        new(SourceKind.Als, [.. found.Select(item => new SourceHit(item.ItemIndex, item.Score))]);
}

/// <summary>What is known of a user's listening when candidates are asked for.</summary>
public sealed class ListenerProfile
{
    /// <summary>The user's row in the models; negative when they don't know the user.</summary>
    public required int UserIndex { get; init; }

    /// <summary>Whether the models know the user.</summary>
    public bool IsKnownUser => UserIndex >= 0;

    /// <summary>All items heard, each once, in any order.</summary>
    public required int[] Items { get; init; }

    /// <summary>Plays of each of <see cref="Items"/>.</summary>
    public required float[] Plays { get; init; }

    /// <summary>Distinct items heard recently, the latest first.</summary>
    public required int[] RecentItems { get; init; }

    /// <summary>The latest of <see cref="RecentItems"/>.</summary>
    internal ReadOnlySpan<int> Latest(int count) => RecentItems.AsSpan(0, Math.Min(count, RecentItems.Length));

    /// <summary>Whether <see cref="Items"/> and <see cref="Plays"/> hold what the models were not fitted to.</summary>
    public bool HasNews { get; init; }
}
