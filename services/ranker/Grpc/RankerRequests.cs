using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Data.Models;
using RecSys.Hosting.Errors;

namespace RecSys.Ranker.Grpc;

/// <summary>What requests must be like; every bad field is named at once.</summary>
internal static class RankerRequests
{
    private const int MaxCandidates = 1_000;
    private const int MaxHistory = 1_000;

    /// <returns>How many tracks to return.</returns>
    /// <exception cref="RecSysException">INVALID_ARGUMENT.</exception>
    public static int Check(RankRequest request)
    {
        var violations = new FieldViolations();
        violations.RequireId(request.UserId, "user_id");
        violations.RequireRange(request.TrackCount, 0, MaxCandidates, "track_count");
        violations.RequireText(request.ModelVersion, "model_version", ModelStore.MaxVersionLength);
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
        if (request.AskTime is { } askTime)
        {
            violations.RequireTime(askTime, "ask_time");
        }

        if (violations.Require(
            request.History.Count <= MaxHistory, "history", $"must hold at most {MaxHistory} listens, holds {request.History.Count}"))
        {
            violations.RequireEach(request.History, "history", static (listen, found) =>
            {
                found.RequireTime(listen.ListenTime, "listen_time");
                found.Require(!listen.HasPlayedShare || listen.PlayedShare is >= 0 and <= 1, "played_share", "must be from 0 to 1");
            });
        }
    }

    private static void CheckCandidates(IReadOnlyList<CandidateTrack> candidates, FieldViolations violations)
    {
        var tracks = new HashSet<string>(candidates.Count, StringComparer.Ordinal);
        violations.RequireEach(candidates, "candidates", (candidate, found) =>
        {
            if (found.RequireStoredId(candidate.TrackId, "track_id"))
            {
                found.Require(tracks.Add(candidate.TrackId), "track_id", "must not be there twice");
            }

            CheckSources(candidate.Sources, found);
        });
    }

    private static void CheckSources(IReadOnlyList<SourceScore> sources, FieldViolations found)
    {
        found.Require(sources.Count > 0, "sources", "must hold at least one source");
        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i].Source == CandidateSource.Unspecified || IsThereBefore(sources, i))
            {
                found.Add($"sources[{i}].source", "must be specified, and each source once");
            }

            if (sources[i].Rank < 1)
            {
                found.Add($"sources[{i}].rank", $"must be at least 1, is {sources[i].Rank}");
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
