using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Resilience;

public sealed class LiveListenTests
{
    private static readonly SampleLog Log = new();

    [Fact]
    public async Task A_new_listen_changes_the_very_next_answer()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 2);
        var first = (await system.RecommendAsync(user)).Items[0].Track.TrackId;

        await system.PublishAsync(ServingSystem.Listen(user, first));
        var slate = await system.RecommendAsync(user);

        slate.Items.ShouldNotContain(item => item.Track.TrackId == first);
        slate.Degraded.ShouldBeFalse();
        slate.Items.Count.ShouldBe(10);
        slate.Items.ShouldContain(item => item.Reason.Contains("Metal Song"));
    }

    [Fact]
    public async Task Listens_of_a_cold_user_turn_popular_tracks_into_the_users_own()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        (await system.RecommendAsync("newcomer")).Items.ShouldAllBe(item => item.Reason.StartsWith("Popular: "));

        await system.PublishAsync([.. Enumerable.Range(0, 5).Select(number => ServingSystem.Listen("newcomer", Log.Track(3, number)))]);
        var slate = await system.RecommendAsync("newcomer");

        slate.Items.Count(item => Log.TasteOf(item.Track.TrackId) == 3).ShouldBeGreaterThan(5);
        slate.Items.ShouldContain(item => item.Reason.Contains("Folk Song"));
    }

    [Fact]
    public async Task A_backdated_listen_counts_as_heard_and_takes_its_own_place_in_the_history()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var user = SampleLog.User(taste: 1, number: 2);
        var first = (await system.RecommendAsync(user)).Items[0].Track.TrackId;

        await system.PublishAsync(
            ServingSystem.Listen(user, Log.Track(0, 0)), ServingSystem.Listen(user, first, new DateTimeOffset(2003, 12, 31, 0, 0, 0, TimeSpan.Zero)));
        (await system.RecommendAsync(user)).Items.ShouldNotContain(item => item.Track.TrackId == first);
        var history = await system.Client.GetHistoryAsync(new Contracts.Serving.V1.GetHistoryRequest { UserId = user });

        history.Items.Select(item => item.Track.TrackId).ShouldBe([Log.Track(0, 0), first]);
    }

    [Fact]
    public async Task What_is_malformed_on_the_bus_is_passed_over_and_the_rest_of_its_batch_counts()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var future = ServingSystem.Listen("u", Log.Track(0, 1), DateTimeOffset.UtcNow.AddDays(1));
        var nobody = ServingSystem.Listen("", Log.Track(0, 2));

        await system.PublishAsync(future, nobody, ServingSystem.Listen("u", Log.Track(0, 3)));

        (await HistoryAsync(system)).ShouldBe([Log.Track(0, 3)]);
    }

    private static async Task<IReadOnlyList<string>> HistoryAsync(ServingSystem system) =>
        [.. (await system.Client.GetHistoryAsync(new Contracts.Serving.V1.GetHistoryRequest { UserId = "u" })).Items.Select(item => item.Track.TrackId)];
}
