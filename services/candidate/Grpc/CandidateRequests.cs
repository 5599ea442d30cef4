using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;

namespace RecSys.Candidate.Grpc;

/// <summary>What requests must be like; every bad field is named at once.</summary>
internal static class CandidateRequests
{
    private const int MaxCandidateCount = 1_000;
    public const int DefaultCandidateCount = 300;
    private const int MaxHistory = 1_000;
    private const int MaxExcludedTracks = 10_000;
    private const int MaxTrackCount = CandidateModel.MaxNeighbors;
    private const int DefaultTrackCount = 10;

    /// <summary>Every source, which are asked unless the request names some.</summary>
    public static readonly CandidateSource[] AllSources =
        [.. Enum.GetValues<CandidateSource>().Where(source => source != CandidateSource.Unspecified)];

    /// <returns>How many candidates to return, and which sources to ask.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static (int CandidateCount, IReadOnlyCollection<CandidateSource> Sources) Check(GetCandidatesRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.UserId, "user_id");
        CheckHistory(request.History, violations);
        violations.RequireRange(request.CandidateCount, 0, MaxCandidateCount, "candidate_count");
        violations.RequireEach(
            request.Sources, "sources", static (source, found) => found.Require(AllSources.Contains(source), "", "must be a source that this service knows"));
        violations.RequireStoredIds(request.ExcludedTrackIds, MaxExcludedTracks, "excluded_track_ids");
        violations.RequireText(request.ModelVersion, "model_version", ModelStore.MaxVersionLength);
        violations.ThrowIfAny();
        return (
            request.CandidateCount == 0 ? DefaultCandidateCount : request.CandidateCount,
            request.Sources.Count == 0 ? AllSources : [.. request.Sources.Distinct()]);
    }

    /// <returns>How many tracks to return.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static int Check(GetSimilarTracksRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.TrackId, "track_id");
        violations.RequireRange(request.TrackCount, 0, MaxTrackCount, "track_count");
        violations.ThrowIfAny();
        return request.TrackCount == 0 ? DefaultTrackCount : request.TrackCount;
    }

    private static void CheckHistory(IReadOnlyList<RecentListen> history, FieldViolations violations)
    {
        if (violations.Require(history.Count <= MaxHistory, "history", $"must hold at most {MaxHistory} listens, holds {history.Count}"))
        {
            violations.RequireEach(history, "history", static (listen, found) =>
            {
                found.RequireStoredId(listen.TrackId, "track_id");
                found.RequireTime(listen.ListenTime, "listen_time");
            });
        }
    }
}
