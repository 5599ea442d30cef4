using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Data.Deletions;

namespace RecSys.Candidate.Models;

/// <summary>
/// One model version as retrieval needs it. Immutable but for what <see cref="Neighbors"/> remembers, and for the people of whom nothing is
/// used any more.
/// </summary>
/// <remarks>
/// Memory: 4 bytes a factor of a user, 12 of an item (as fitted, of length 1, and shrunk), 8 bytes a heard (user, item)
/// cell, 12 an item for popularity, 8 a link of the other sources, and the ids, once each.
/// </remarks>
internal sealed class CandidateModel
{
    /// <summary>The longest list of similar tracks that can be asked for.</summary>
    public const int MaxNeighbors = 100;

    private readonly Dictionary<string, int> _users;
    private readonly Dictionary<string, int> _items;
    private readonly string[] _trackIds;
    private volatile Forgotten _forgotten = new(DeletedUsers.None, new HashSet<int>());

    /// <param name="version">The version's id.</param>
    /// <param name="trainedAt">When its training began: no later listen is in it.</param>
    /// <param name="heededDeletions">The number of the newest deletion that its data heeds.</param>
    /// <param name="userIds">The id of each user index.</param>
    /// <param name="trackIds">The id of each item index.</param>
    /// <param name="als">The factors.</param>
    /// <param name="heard">What the users have heard.</param>
    /// <param name="similarity">How similar items are.</param>
    /// <param name="popular">The items by listeners.</param>
    /// <param name="neighborCacheItems">Items whose neighbours are remembered.</param>
    /// <param name="links">Models of the other sources; null when the version has none.</param>
    /// <param name="retrieval">How the sources retrieve; null for the defaults.</param>
    public CandidateModel(
        string version,
        DateTimeOffset trainedAt,
        long heededDeletions,
        IReadOnlyList<string> userIds,
        string[] trackIds,
        AlsModel als,
        HeardTracks heard,
        SimilarityIndex similarity,
        PopularityOrder popular,
        int neighborCacheItems,
        LinkModels? links = null,
        RetrievalOptions? retrieval = null)
    {
        Version = version;
        TrainedAt = trainedAt;
        HeededDeletions = heededDeletions;
        Als = als;
        Heard = heard;
        Finder = new CandidateFinder(
            new RetrievalModels
            {
                ItemCount = trackIds.Length,
                Als = als,
                Similarity = similarity,
                Popular = popular,
                ItemNeighbors = links?.ItemNeighbors,
                UserNeighbors = links?.UserNeighbors,
                Heard = user => _forgotten.UserIndices.Contains(user) ? [] : heard.ItemsOf(user),
                Next = links?.Next,
            },
            retrieval ?? new RetrievalOptions());
        Neighbors = new NeighborCache(als, MaxNeighbors, neighborCacheItems);
        _trackIds = trackIds;
        _users = Index(userIds);
        _items = Index(trackIds);
    }

    public string Version { get; }

    public DateTimeOffset TrainedAt { get; }

    /// <summary>Whoever was deleted by a later one is not to be looked for.</summary>
    public long HeededDeletions { get; }

    public int UserCount => _users.Count;

    public int ItemCount => _trackIds.Length;

    public AlsModel Als { get; }

    public HeardTracks Heard { get; }

    /// <summary>Asks all sources.</summary>
    public CandidateFinder Finder { get; }

    public NeighborCache Neighbors { get; }

    /// <summary>From now on nothing is used of people who were deleted after the version's data was read, for themselves or for others.</summary>
    public void Heed(DeletedUsers deleted)
    {
        var before = _forgotten;
        if (ReferenceEquals(before.Deleted, deleted))
        {
            return;
        }

        // Who is forgotten stays so, also when the id has gone from the deletion.
        var indices = before.UserIndices.ToHashSet();
        foreach (var user in deleted.Rows)
        {
            if (user.Number > HeededDeletions && user.UserId is { } userId && _users.TryGetValue(userId, out var index))
            {
                indices.Add(index);
            }
        }

        _forgotten = new Forgotten(deleted, indices);
    }

    public bool TryGetUser(string userId, out int userIndex) =>
        _users.TryGetValue(userId, out userIndex)
        && !_forgotten.UserIndices.Contains(userIndex)
        && !(_forgotten.Deleted.Find(userId)?.Number > HeededDeletions);

    public bool TryGetItem(string trackId, out int itemIndex) => _items.TryGetValue(trackId, out itemIndex);

    public string TrackIdOf(int itemIndex) => _trackIds[itemIndex];

    private static Dictionary<string, int> Index(IReadOnlyList<string> ids)
    {
        var index = new Dictionary<string, int>(ids.Count, StringComparer.Ordinal);
        for (var i = 0; i < ids.Count; i++)
        {
            index.Add(ids[i], i);
        }

        return index;
    }

    private sealed record Forgotten(DeletedUsers Deleted, IReadOnlySet<int> UserIndices);
}

/// <summary>The links of the sources that a version may have or not.</summary>
/// <param name="ItemNeighbors">For each item its nearest by the listeners in common.</param>
/// <param name="UserNeighbors">For each user the most similar users.</param>
/// <param name="Next">For each item what most often followed it.</param>
internal sealed record LinkModels(LinkTable? ItemNeighbors, LinkTable? UserNeighbors, LinkTable? Next);
