using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Slates;

/// <summary>Answers are recorded as exposures, behind the answer.</summary>
public sealed class ExposureRecorderTests
{
    private static readonly SampleLog Log = new();
    private static readonly string User = SampleLog.User(taste: 1, number: 2);

    [Fact]
    public async Task Every_answer_is_an_exposure_of_what_it_showed_degraded_ones_too()
    {
        await using var system = await ServingSystem.StartAsync(Log, ("Serving:CandidateTimeout", "00:00:20"), ("Serving:RankerTimeout", "00:00:20"));
        var before = DateTimeOffset.UtcNow;
        var whole = await system.RecommendAsync(User, slateSize: 7);
        await system.StopCandidateAsync();
        var degraded = await system.RecommendAsync(User);

        await Wait.UntilAsync(() => system.Exposures.Count == 2, ServingSystem.Patience, "two exposures");

        whole.ExposureId.Length.ShouldBe(32);
        foreach (var (answer, exposure) in new[] { whole, degraded }.Zip(system.Exposures))
        {
            exposure.ExposureId.ShouldBe(answer.ExposureId);
            (exposure.UserId, exposure.ModelVersion, exposure.Degraded).ShouldBe((User, "v1", answer.Degraded));
            (exposure.Policy, exposure.Experiment, exposure.Arm).ShouldBe(("default", "", ""));
            exposure.ExposureTime.ToDateTimeOffset().ShouldBeInRange(before, DateTimeOffset.UtcNow);
            exposure.Tracks.Select(track => (track.TrackId, track.Score)).ShouldBe(answer.Items.Select(item => (item.Track.TrackId, item.Score)));
            exposure.Tracks.Select(track => track.Rank).ShouldBe(Enumerable.Range(1, answer.Items.Count));
            exposure.Tracks.ShouldAllBe(track => track.Sources.Count > 0 && !track.HasPropensity);
        }

        (whole.Degraded, degraded.Degraded).ShouldBe((false, true));
        system.Exposures.Last().Tracks.ShouldAllBe(track => track.Sources.Single() == "als");
    }

    [Fact]
    public async Task What_is_left_in_memory_goes_on_the_bus_when_serving_stops()
    {
        var system = await ServingSystem.StartAsync(Log, ("Serving:ExposureInterval", "00:01:00"));
        var answer = await system.RecommendAsync(User);
        system.Exposures.ShouldBeEmpty();

        await system.DisposeAsync();

        system.Exposures.ShouldHaveSingleItem().ExposureId.ShouldBe(answer.ExposureId);
    }

    [Fact]
    public async Task Nothing_is_recorded_when_it_is_switched_off()
    {
        await using var system = await ServingSystem.StartAsync(Log, ("Serving:RecordExposures", "false"), ("Serving:ExposureInterval", "00:00:00"));
        using var counted = new ExposureCounters(system.Serving.Services);

        (await system.RecommendAsync(User)).ExposureId.ShouldBeEmpty();

        await system.DisposeAsync();
        (counted.Published, counted.Dropped, system.Exposures.Count).ShouldBe((0, 0, 0));
    }
}
