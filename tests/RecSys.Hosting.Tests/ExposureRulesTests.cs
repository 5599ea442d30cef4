using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Tests;

public sealed class ExposureRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    [Fact]
    public void A_whole_exposure_and_the_least_of_one_are_good()
    {
        FaultsOf(Good()).ShouldBeEmpty();
        FaultsOf(Good(e =>
        {
            (e.ModelVersion, e.Experiment, e.Arm, e.Policy, e.Degraded) = ("v1", "louder", "T1", "default", true);
            e.Tracks.Add(new ExposedTrack { TrackId = "b", Rank = 10_000, Sources = { "als", "mine" }, Score = -1e300, Propensity = 1 });
        })).ShouldBeEmpty();
    }

    public static TheoryData<string, Action<Exposure>> Faults => new()
    {
        { "exposure_id", e => e.ExposureId = "" },
        { "user_id", e => e.UserId = " " },
        { "exposure_time", e => e.ExposureTime = null },
        { "exposure_time", e => e.ExposureTime = Now.AddMinutes(11).ToTimestamp() },
        { "exposure_time", e => e.ExposureTime = new Timestamp { Seconds = long.MaxValue } },
        { "model_version", e => e.ModelVersion = new string('v', 257) },
        { "experiment,arm", e => e.Experiment = "a\nb" },
        { "arm", e => e.Arm = "T1" },
        { "policy", e => e.Policy = "\uFFFD" },
        { "tracks", e => e.Tracks.Clear() },
        { "tracks", e => e.Tracks.AddRange(Enumerable.Range(2, 500).Select(rank => new ExposedTrack { TrackId = "t", Rank = rank })) },
        { "tracks[0].track_id", e => e.Tracks[0].TrackId = "" },
        { "tracks[0].rank", e => e.Tracks[0].Rank = 0 },
        { "tracks[0].rank", e => e.Tracks[0].Rank = 10_001 },
        { "tracks[1].rank", e => e.Tracks.Add(new ExposedTrack { TrackId = "b", Rank = 1 }) },
        { "tracks[0].sources", e => e.Tracks[0].Sources.Add("") },
        { "tracks[0].sources", e => e.Tracks[0].Sources.AddRange(Enumerable.Range(0, 17).Select(i => $"s{i}")) },
        { "tracks[0].score", e => e.Tracks[0].Score = double.NaN },
        { "tracks[0].propensity", e => e.Tracks[0].Propensity = 0 },
        { "tracks[0].propensity", e => e.Tracks[0].Propensity = double.NaN },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_bad_field_is_named(string fields, Action<Exposure> spoil) => string.Join(",", FaultsOf(Good(spoil))).ShouldBe(fields);

    private static Exposure Good(Action<Exposure>? change = null)
    {
        var exposure = new Exposure { ExposureId = "e", UserId = "ann", ExposureTime = Now.ToTimestamp(), Tracks = { new ExposedTrack { TrackId = "a", Rank = 1 } } };
        change?.Invoke(exposure);
        return exposure;
    }

    private static IEnumerable<string> FaultsOf(Exposure exposure)
    {
        var faults = new FieldViolations();
        ExposureRules.Check(exposure, Now, faults);
        return faults.Select(fault => fault.Field);
    }
}
