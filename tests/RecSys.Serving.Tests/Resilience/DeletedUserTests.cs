using RecSys.Contracts.Serving.V1;
using RecSys.Data.Histories;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Resilience;

public sealed class DeletedUserTests
{
    private static readonly SampleLog Log = new();
    private static readonly string User = SampleLog.User(taste: 1, number: 2);

    [Fact]
    public async Task A_deleted_person_is_a_stranger_at_once_and_stays_one()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        await system.Database.Histories.AddAsync([new RecentListenRow(User, Log.Track(1, 0), DateTimeOffset.UtcNow.AddHours(-2))], CancellationToken.None);
        await system.PublishAsync(ServingSystem.Listen(User, Log.Track(1, 1), DateTimeOffset.UtcNow.AddHours(-1)));
        (await HistoryAsync(system)).Count.ShouldBe(2);
        (await TracksAsync(system, User)).ShouldNotBe(await TracksAsync(system, "stranger"));

        await system.DeleteAsync(User);

        await IsAStrangerAsync(system);

        // What was on its way, or is delivered again.
        await system.PublishAsync(ServingSystem.Listen(User, Log.Track(1, 1), DateTimeOffset.UtcNow.AddHours(-1)));
        await IsAStrangerAsync(system);

        // After a restart, and in a version that was trained before the deletion and is loaded after it.
        await system.StopCandidateAsync();
        (await TracksAsync(system, User)).ShouldBe(await TracksAsync(system, "stranger"), "without candidates the stored list is not read either");
        await system.StartCandidateAsync();
        await system.Database.WriteModelAsync("v2", Log);
        await system.AnnounceAsync("v2");
        await ServingSystemIsBackAsync(system);
        await IsAStrangerAsync(system);

        // What is played later is a new history.
        await system.PublishAsync([.. Enumerable.Range(0, 5).Select(number => ServingSystem.Listen(User, Log.Track(3, number)))]);
        (await HistoryAsync(system)).Count.ShouldBe(5);
        (await system.RecommendAsync(User)).Items.Count(item => Log.TasteOf(item.Track.TrackId) == 3).ShouldBeGreaterThan(5);
    }

    private static async Task IsAStrangerAsync(ServingSystem system)
    {
        (await HistoryAsync(system)).ShouldBeEmpty();
        (await TracksAsync(system, User)).ShouldBe(await TracksAsync(system, "stranger"));
    }

    private static Task ServingSystemIsBackAsync(ServingSystem system) =>
        system.RecommendUntilAsync("stranger", slate => !slate.Degraded && slate.ModelVersion == "v2", "a slate of the new version");

    private static async Task<string[]> TracksAsync(ServingSystem system, string user) =>
        [.. (await system.RecommendAsync(user)).Items.Select(item => item.Track.TrackId)];

    private static async Task<IReadOnlyList<HistoryItem>> HistoryAsync(ServingSystem system) =>
        (await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = User })).Items;
}
