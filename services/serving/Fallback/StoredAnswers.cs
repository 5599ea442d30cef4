using RecSys.Contracts.Common.V1;
using RecSys.Data.Models;
using RecSys.Serving.Downstream;
using RecSys.Serving.Histories;
using RecSys.Serving.Models;
using RecSys.Serving.Slates;

namespace RecSys.Serving.Fallback;

/// <summary>
/// Answers without the candidate service, from what the trainer stored with the version: the user's own list, then tracks
/// similar to what the user heard last, then popular ones; each step only while the slate is not full.
/// </summary>
internal sealed class StoredAnswers(ModelStore store, StoredSimilarTracks similarTracks, DatabaseCalls database)
{
    /// <summary>Tracks heard last whose similar tracks are looked up; each may take a read of the database.</summary>
    private const int SeedCount = 5;

    /// <summary>Places in the history by which a track's weight has halved, as in the candidate service.</summary>
    private const double SeedHalfLife = 5;

    public async Task<StoredAnswer> GetAsync(
        PopularList popular,
        string userId,
        IReadOnlyList<HistoryListen> history,
        SlateFilter filter,
        int slateSize,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var tracks = new StoredTracks(filter);
        var steps = new List<string>();
        var list = await database.TryAsync(
            async token => await store.ReadUserRecommendationsAsync(popular.Version, userId, token) ?? NoList(userId), budget, cancellationToken);
        var missing = list.Cause;
        if (list.IsThere && tracks.Add(FromList(list.Value, popular)))
        {
            steps.Add("the stored list");
        }

        if (tracks.Count < slateSize)
        {
            var (similar, similarMissing) = await SimilarToRecentAsync(popular.Version, history, budget, cancellationToken);
            missing ??= similarMissing;
            if (tracks.Add(similar))
            {
                steps.Add("tracks similar to recent listens");
            }
        }

        if (tracks.Count < slateSize && tracks.Add(Popular(popular)))
        {
            steps.Add("popular tracks");
        }

        return new StoredAnswer(tracks.ToSlateTracks(), steps, missing);
    }

    private static UserRecommendationsRecord NoList(string userId) => new(userId, [], [], []);

    private static IEnumerable<(string TrackId, SlateSource Source)> FromList(UserRecommendationsRecord list, PopularList popular)
    {
        for (var place = 0; place < list.TrackIds.Length; place++)
        {
            // A list's scores are comparable among themselves; a popular track's reason wants its listeners.
            var source = ReadSource(list.Sources[place]);
            var score = source == CandidateSource.Popular ? popular.ListenersOf(list.TrackIds[place]) : list.Scores[place];
            yield return (list.TrackIds[place], new SlateSource(source, score));
        }
    }

    private static IEnumerable<(string TrackId, SlateSource Source)> Popular(PopularList popular) =>
        popular.Tracks.Select(track => (track.TrackId, new SlateSource(CandidateSource.Popular, track.ListenerCount)));

    private async Task<(IReadOnlyList<(string TrackId, SlateSource Source)> Tracks, string? Missing)> SimilarToRecentAsync(
        string version, IReadOnlyList<HistoryListen> history, CallBudget budget, CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, (double Score, double Most, string Because)>(StringComparer.Ordinal);
        string? missing = null;
        var age = 0;
        foreach (var seed in history.Select(listen => listen.TrackId).Distinct(StringComparer.Ordinal).Take(SeedCount))
        {
            var list = await similarTracks.GetAsync(version, seed, budget, cancellationToken);
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
