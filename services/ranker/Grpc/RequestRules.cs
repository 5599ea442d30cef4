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

        violations.ThrowIfAny();
        return request.TrackCount == 0 ? request.Candidates.Count : request.TrackCount;
    }

    private static void CheckCandidates(IReadOnlyList<CandidateTrack> candidates, FieldViolations violations)
    {
        var tracks = new HashSet<string>(candidates.Count, StringComparer.Ordinal);
        for (var i = 0; i < candidates.Count; i++)
        {
            var field = $"candidates[{i}]";
            if (violations.RequireId(candidates[i].TrackId, $"{field}.track_id"))
            {
                violations.Require(tracks.Add(candidates[i].TrackId), $"{field}.track_id", "must not be there twice");
            }

            var sources = candidates[i].Sources;
            violations.Require(sources.Count > 0, $"{field}.sources", "must hold at least one source");
            for (var j = 0; j < sources.Count; j++)
            {
                violations.Require(
                    sources[j].Source != CandidateSource.Unspecified && !sources.Take(j).Any(other => other.Source == sources[j].Source),
                    $"{field}.sources[{j}].source",
                    "must be specified, and each source once");
                violations.Require(sources[j].Rank >= 1, $"{field}.sources[{j}].rank", $"must be at least 1, is {sources[j].Rank}");
            }
        }
    }
}
