using RecSys.Contracts.Common.V1;
using RecSys.Data.Models;
using RecSys.Serving.Histories;
using RecSys.Serving.Lists;

namespace RecSys.Serving.Slates;

/// <summary>
/// Answers without the candidate service, from what the trainer stored with the version: the user's own list, then tracks
/// similar to what the user heard last, then popular ones; each step only while the slate is not full.
/// </summary>
internal sealed class StoredSlates(ModelStore store, SimilarTrackList similarTracks, Downstream downstream)
{
    /// <summary>Tracks heard last whose similar tracks are looked up; each may take a read of the database.</summary>
    private const int SeedCount = 5;

    /// <summary>Places in the history by which a track's weight has halved, as in the candidate service.</summary>
    private const double SeedHalfLife = 5;

    public async Task<StoredSlate> GetAsync(
        ServedVersion version,
        string userId,
        IReadOnlyList<HistoryListen> history,
        SlateFilter filter,
        int slateSize,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var tracks = new TrackCollector(filter);
        var steps = new List<string>();
        var list = await downstream.Database.TryAsync(
            async token => await store.ReadUserRecommendationsAsync(version.Version, userId, token) ?? NoList(userId), budget, cancellationToken);
        var missing = list.Cause;
        if (list.IsThere && tracks.Add(FromList(list.Value, version)))
        {
            steps.Add("the stored list");
        }

        if (tracks.Count < slateSize)
        {
            var (similar, similarMissing) = await SimilarToRecentAsync(version.Version, history, budget, cancellationToken);
            missing ??= similarMissing;
            if (tracks.Add(similar))
            {
                steps.Add("tracks similar to recent listens");
            }
        }

        if (tracks.Count < slateSize && tracks.Add(PopularOf(version)))
        {
            steps.Add("popular tracks");
        }

        return new StoredSlate(tracks.ToSlateTracks(), steps, missing);
    }

    private static UserRecommendationsRow NoList(string userId) => new(userId, [], [], []);

    private static IEnumerable<(string TrackId, SlateSource Source)> FromList(UserRecommendationsRow list, ServedVersion version)
    {
        for (var place = 0; place < list.TrackIds.Length; place++)
        {
            // A list's scores are comparable among themselves; a popular track's reason wants its listeners.
            var source = ReadSource(list.Sources[place]);
            var score = source == CandidateSource.Popular ? version.ListenersOf(list.TrackIds[place]) : list.Scores[place];
            yield return (list.TrackIds[place], new SlateSource(source, score));
        }
    }

    private static IEnumerable<(string TrackId, SlateSource Source)> PopularOf(ServedVersion version) =>
        version.Popular.Select(track => (track.TrackId, new SlateSource(CandidateSource.Popular, track.ListenerCount)));

    private async Task<(IReadOnlyList<(string TrackId, SlateSource Source)> Tracks, string? Missing)> SimilarToRecentAsync(
        string versionId, IReadOnlyList<HistoryListen> history, CallBudget budget, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, (double Score, double Most, string Because)>(StringComparer.Ordinal);
        string? missing = null;
        var age = 0;
        foreach (var seed in history.Select(listen => listen.TrackId).Distinct(StringComparer.Ordinal).Take(SeedCount))
        {
            var list = await similarTracks.ReadStoredAsync(versionId, seed, budget, cancellationToken);
            var weight = double.Exp2(-age++ / SeedHalfLife);
            if (!list.IsThere)
            {
                missing ??= list.Cause;
                continue;
            }

            for (var place = 0; place < list.Value.SimilarTrackIds.Length; place++)
            {
                var added = weight * list.Value.Scores[place];
                if (added <= 0)
                {
                    continue;
                }

                var trackId = list.Value.SimilarTrackIds[place];
                var sum = sums.GetValueOrDefault(trackId, (0, 0, ""));
                sums[trackId] = added > sum.Most
                    ? (sum.Score + added, added, seed)
                    : (sum.Score + added, sum.Most, sum.Because);
            }
        }

        return (
            [
                .. sums
                    .OrderByDescending(sum => sum.Value.Score)
                    .ThenBy(sum => sum.Key, StringComparer.Ordinal)
                    .Select(sum => (sum.Key, new SlateSource(CandidateSource.Similar, sum.Value.Score, sum.Value.Because))),
            ],
            missing);
    }

    /// <summary>The trainer's word for a source; ALS is what a stored list is made with unless it says otherwise.</summary>
    private static CandidateSource ReadSource(string name) => name switch
    {
        "similar" => CandidateSource.Similar,
        "popular" => CandidateSource.Popular,
        "item-neighbors" => CandidateSource.ItemNeighbors,
        "user-neighbors" => CandidateSource.UserNeighbors,
        "next" => CandidateSource.Next,
        _ => CandidateSource.Als,
    };
}

/// <summary>An answer made without the candidate service.</summary>
/// <param name="Tracks">Best first.</param>
/// <param name="Steps">Where they came from, for a person: <c>the stored list</c>.</param>
/// <param name="DatabaseMissing">Why the database could not be read; null when it could.</param>
internal sealed record StoredSlate(IReadOnlyList<SlateTrack> Tracks, IReadOnlyList<string> Steps, string? DatabaseMissing);

/// <summary>Collects tracks from several lists, each track once and only those that are allowed.</summary>
internal sealed class TrackCollector(SlateFilter filter)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<(string TrackId, SlateSource Source)> _tracks = [];

    public int Count => _tracks.Count;

    /// <summary>Appends what is allowed and not there yet.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Add(IEnumerable<(string TrackId, SlateSource Source)> tracks)
    {
        var before = _tracks.Count;
        foreach (var track in tracks)
        {
            if (filter.Allows(track.TrackId) && _taken.Add(track.TrackId))
            {
                _tracks.Add(track);
            }
        }

        return _tracks.Count > before;
    }

    /// <summary>
    /// The tracks in the order in which they came. Their lists' scores have different units, so the score is that of the
    /// place: 1, 1/2, 1/3 and so on.
    /// </summary>
    public IReadOnlyList<SlateTrack> ToSlateTracks() =>
        [.. _tracks.Select((track, place) => new SlateTrack(track.TrackId, 1.0 / (place + 1), [track.Source]))];
}
