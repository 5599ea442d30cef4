using RecSys.Contracts;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting;

/// <summary>
/// What an exposure must be like to be taken, by whatever way it comes. As for listens (<see cref="ListenRules"/>), no clock is asked.
/// </summary>
public static class ExposureRules
{
    /// <summary>Most tracks of one slate.</summary>
    public const int MaxTracks = 500;

    /// <summary>The last position that a track may have.</summary>
    public const int MaxRank = 10_000;

    /// <summary>Most sources of one track.</summary>
    public const int MaxSources = 16;

    /// <summary>Longest name of a source, in Unicode code points.</summary>
    public const int MaxSourceLength = 64;

    /// <summary>Longest name of an experiment, arm or policy, in Unicode code points.</summary>
    public const int MaxNameLength = 128;

    /// <summary>Adds one violation for every bad field of <paramref name="exposure"/>; adds nothing when it is good.</summary>
    /// <param name="exposure">The exposure.</param>
    /// <param name="arrivedAt">When it came in.</param>
    /// <param name="violations">Receives fields such as <c>tracks[3].rank</c>. What they say stays the same whenever it is judged.</param>
    public static void Check(Exposure exposure, DateTimeOffset arrivedAt, FieldViolations violations)
    {
        violations.RequireId(exposure.ExposureId, "exposure_id");
        violations.RequireId(exposure.UserId, "user_id");
        ListenRules.CheckTime(exposure.ExposureTime, arrivedAt, "exposure_time", "exposure", "the slate was shown", violations);
        violations.RequireText(exposure.ModelVersion, "model_version", IdText.MaxLength);
        violations.RequireText(exposure.Experiment, "experiment", MaxNameLength);
        violations.RequireText(exposure.Arm, "arm", MaxNameLength);
        violations.Require(
            exposure.Experiment.Length > 0 == exposure.Arm.Length > 0, "arm", "must be set together with experiment, or both left empty");
        violations.RequireText(exposure.Policy, "policy", MaxNameLength);
        violations.RequireRange(exposure.Tracks.Count, 1, MaxTracks, "tracks");
        if (exposure.Tracks.Count <= MaxTracks)
        {
            CheckTracks(exposure, violations);
        }
    }

    private static void CheckTracks(Exposure exposure, FieldViolations violations)
    {
        var ranks = new HashSet<int>(exposure.Tracks.Count);
        violations.RequireEach(exposure.Tracks, "tracks", (track, found) =>
        {
            found.RequireId(track.TrackId, "track_id");
            if (found.RequireRange(track.Rank, 1, MaxRank, "rank"))
            {
                found.Require(ranks.Add(track.Rank), "rank", $"must not repeat, {track.Rank} stands in the exposure already");
            }

            found.Require(track.Sources.Count <= MaxSources, "sources", $"must have at most {MaxSources} names, has {track.Sources.Count}");
            foreach (var source in track.Sources.Take(MaxSources))
            {
                found.RequireText(source, "sources", MaxSourceLength, mayBeEmpty: false);
            }

            found.Require(double.IsFinite(track.Score), "score", "must be a finite number");
            if (track.HasPropensity)
            {
                found.Require(track.Propensity is > 0 and <= 1, "propensity", "must be above 0 and at most 1, or unset when unknown");
            }
        });
    }
}
