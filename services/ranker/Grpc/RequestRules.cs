using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ranker.Grpc;

/// <summary>What requests must be like; every bad field is named at once.</summary>
internal static class RequestRules
{
    private const int MaxCandidates = 1_000;
    private const int MaxVersionLength = 128;
    private const int MaxHistory = 1_000;

    /// <summary>The last second of the year 9999, the last that a timestamp may name.</summary>
    private const long MaxSeconds = 253_402_300_799;

    /// <returns>How many tracks to return.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static int Check(RankRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.UserId, "user_id");
        violations.RequireRange(request.TrackCount, 0, MaxCandidates, "track_count");
        violations.RequireText(request.ModelVersion, "model_version", MaxVersionLength);
        if (violations.Require(
            request.Candidates.Count is >= 1 and <= MaxCandidates,
            "candidates",
            $"must hold from 1 to {MaxCandidates} candidates, holds {request.Candidates.Count}"))
        {
            CheckCandidates(request.Candidates, violations);
        }

        CheckHistory(request, violations);
        violations.ThrowIfAny();
        return request.TrackCount == 0 ? request.Candidates.Count : request.TrackCount;
    }

    private static void CheckHistory(RankRequest request, FieldViolations violations)
    {
        violations.Require(request.AskTime is null || IsTime(request.AskTime), "ask_time", "must be a time from 1970-01-01 on");
        if (!violations.Require(
            request.History.Count <= MaxHistory, "history", $"must hold at most {MaxHistory} listens, holds {request.History.Count}"))
        {
            return;
        }

        for (var i = 0; i < request.History.Count; i++)
        {
            var listen = request.History[i];
            if (!IsTime(listen.ListenTime))
            {
                violations.Add($"history[{i}].listen_time", "must be a time from 1970-01-01 on");
            }

            if (listen.HasPlayedShare && listen.PlayedShare is not (>= 0 and <= 1))
            {
                violations.Add($"history[{i}].played_share", "must be from 0 to 1");
            }
        }
    }

    private static bool IsTime(Timestamp? time) => time is { Seconds: >= 0 and <= MaxSeconds, Nanos: >= 0 and < 1_000_000_000 };

    // Names of fields are put together only for those that are bad: almost every request is good, and 1,000 candidates have
    // thousands of fields.
    private static void CheckCandidates(IReadOnlyList<CandidateTrack> candidates, FieldViolations violations)
    {
        var probe = new FieldViolations();
        var tracks = new HashSet<string>(candidates.Count, StringComparer.Ordinal);
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!probe.RequireId(candidates[i].TrackId, ""))
            {
                violations.RequireId(candidates[i].TrackId, $"candidates[{i}].track_id");
            }
            else if (!tracks.Add(candidates[i].TrackId))
            {
                violations.Add($"candidates[{i}].track_id", "must not be there twice");
            }

            CheckSources(candidates[i].Sources, i, violations);
        }
    }

    private static void CheckSources(IReadOnlyList<SourceScore> sources, int candidate, FieldViolations violations)
    {
        if (sources.Count == 0)
        {
            violations.Add($"candidates[{candidate}].sources", "must hold at least one source");
        }

        for (var j = 0; j < sources.Count; j++)
        {
            if (sources[j].Source == CandidateSource.Unspecified || IsThereBefore(sources, j))
            {
                violations.Add($"candidates[{candidate}].sources[{j}].source", "must be specified, and each source once");
            }

            if (sources[j].Rank < 1)
            {
                violations.Add($"candidates[{candidate}].sources[{j}].rank", $"must be at least 1, is {sources[j].Rank}");
            }
        }
    }

    private static bool IsThereBefore(IReadOnlyList<SourceScore> sources, int place)
    {
        for (var i = 0; i < place; i++)
        {
            if (sources[i].Source == sources[place].Source)
            {
                return true;
            }
        }

        return false;
    }
}
