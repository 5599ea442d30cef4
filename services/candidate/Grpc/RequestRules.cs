using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Candidate.Grpc;

/// <summary>What requests must be like; every bad field is named at once.</summary>
internal static class RequestRules
{
    private const int MaxCandidateCount = 1_000;
    private const int DefaultCandidateCount = 300;
    private const int MaxHistory = 1_000;
    private const int MaxExcludedTracks = 10_000;
    private const uint MaxPlayCount = 10_000_000;
    private const int MaxTrackCount = CandidateModel.MaxNeighbors;
    private const int DefaultTrackCount = 10;

    /// <summary>The last second of the year 9999, the last that a timestamp may name.</summary>
    private const long MaxSeconds = 253_402_300_799;

    private static readonly CandidateSource[] AllSources =
        [.. Enum.GetValues<CandidateSource>().Where(source => source != CandidateSource.Unspecified)];

    /// <returns>How many candidates to return, and which sources to ask.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static (int CandidateCount, IReadOnlyCollection<CandidateSource> Sources) Check(GetCandidatesRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.UserId, "user_id");
        CheckHistory(request.History, violations);
        violations.RequireRange(request.CandidateCount, 0, MaxCandidateCount, "candidate_count");
        for (var i = 0; i < request.Sources.Count; i++)
        {
            violations.Require(AllSources.Contains(request.Sources[i]), $"sources[{i}]", "must be a source that this service knows");
        }

        if (violations.Require(
            request.ExcludedTrackIds.Count <= MaxExcludedTracks,
            "excluded_track_ids",
            $"must hold at most {MaxExcludedTracks} ids, holds {request.ExcludedTrackIds.Count}"))
        {
            CheckIds(request.ExcludedTrackIds, "excluded_track_ids", violations);
        }

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
        if (!violations.Require(history.Count <= MaxHistory, "history", $"must hold at most {MaxHistory} listens, holds {history.Count}"))
        {
            return;
        }

        var probe = new FieldViolations();
        for (var i = 0; i < history.Count; i++)
        {
            if (!probe.RequireId(history[i].TrackId, ""))
            {
                violations.RequireId(history[i].TrackId, $"history[{i}].track_id");
            }

            if (history[i].ListenTime is not { Seconds: >= 0 and <= MaxSeconds, Nanos: >= 0 and < 1_000_000_000 })
            {
                violations.Add($"history[{i}].listen_time", "must be a time from 1970-01-01 on");
            }

            if (history[i].PlayCount > MaxPlayCount)
            {
                violations.RequireRange(history[i].PlayCount, 0, MaxPlayCount, $"history[{i}].play_count");
            }
        }
    }

    // Names of fields are put together only for those that are bad: almost every request is good, and it may hold thousands.
    private static void CheckIds(IReadOnlyList<string> ids, string field, FieldViolations violations)
    {
        var probe = new FieldViolations();
        for (var i = 0; i < ids.Count; i++)
        {
            if (!probe.RequireId(ids[i], ""))
            {
                violations.RequireId(ids[i], $"{field}[{i}]");
            }
        }
    }
}
