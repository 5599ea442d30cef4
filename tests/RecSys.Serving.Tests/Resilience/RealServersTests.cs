using RecSys.Contracts.Serving.V1;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Resilience;

/// <summary>On Postgres and RabbitMQ, with the candidate service as a process.</summary>
public sealed class RealServersTests(PostgresFixture postgres, RabbitMqFixture rabbitMq)
{
    private static readonly SampleLog Log = new();

    [Fact]
    public async Task A_candidate_service_killed_midway_fails_no_request_is_named_and_is_used_again_when_it_is_back()
    {
        var settings = await CreateSettingsAsync();
        await using var database = await SampleDatabase.CreatePostgresAsync(settings["Database:ConnectionString"]);
        await using var candidate = new CandidateProcess(settings);
        await using var system = await ServingSystem.StartAsync(
            database, Log, [.. settings.Select(setting => (setting.Key, setting.Value)), ("Services:Candidate", candidate.GrpcAddress)]);
        await candidate.StartAsync();
        using var stop = new CancellationTokenSource(ServingSystem.Patience);
        var (whole, degraded) = (0, 0);
        var callers = Enumerable.Range(0, 3).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; !stop.IsCancellationRequested; call++)
            {
                var user = SampleLog.User(taste: caller, number: call % 20);
                var slate = await system.RecommendAsync(user);
                slate.Items.Count.ShouldBe(10);
                slate.Items.ShouldAllBe(item => !Log.HeardBy(user).Contains(item.Track.TrackId) && item.Reason.Length > 0);
                slate.Degradations.ShouldAllBe(line => line.StartsWith("candidate: ") && line.EndsWith("answered from the stored list"));
                Interlocked.Increment(ref slate.Degraded ? ref degraded : ref whole);
            }
        })).ToArray();

        await Wait.UntilAsync(() => Volatile.Read(ref whole) > 30, ServingSystem.Patience, "whole answers");
        await candidate.KillAsync();
        await Wait.UntilAsync(() => Volatile.Read(ref degraded) > 30, ServingSystem.Patience, "degraded answers");
        await candidate.StartAsync();
        var before = Volatile.Read(ref whole);
        await Wait.UntilAsync(() => Volatile.Read(ref whole) > before + 30, ServingSystem.Patience, "whole answers again");
        await stop.CancelAsync();

        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task Listens_and_versions_on_RabbitMQ_change_the_answers()
    {
        var second = new SampleLog("second-", seed: 2);
        var settings = await CreateSettingsAsync();
        await using var system = await ServingSystem.StartAsync(
            await SampleDatabase.CreatePostgresAsync(settings["Database:ConnectionString"]), Log, [.. settings.Select(setting => (setting.Key, setting.Value))]);
        var user = SampleLog.User(taste: 1, number: 2);
        var first = (await system.RecommendAsync(user)).Items[0].Track.TrackId;

        await system.PublishAsync(ServingSystem.Listen(user, first));
        await system.RecommendUntilAsync(user, slate => slate.Items.All(item => item.Track.TrackId != first), "the heard track to go");
        await system.Database.WriteModelAsync("v2", second);
        await system.AnnounceAsync("v2");
        var slate = await system.RecommendUntilAsync(user, slate => slate.ModelVersion == "v2" && !slate.Degraded, "the new version");

        slate.Items.ShouldAllBe(item => item.Track.TrackId.StartsWith("second-"));
        var history = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = user });
        history.Items.Single().Track.Title.ShouldStartWith("Metal Song");
    }

    private async Task<Dictionary<string, string>> CreateSettingsAsync() => new()
    {
        ["Database:Provider"] = "postgres",
        ["Database:ConnectionString"] = await postgres.CreateDatabaseAsync(),
        ["Bus:Transport"] = "rabbitmq",
        ["Bus:Uri"] = (await rabbitMq.CreateVirtualHostAsync()).ToString(),
    };
}
