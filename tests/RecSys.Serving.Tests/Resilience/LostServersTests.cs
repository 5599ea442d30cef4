using System.Net;
using Grpc.Core;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Errors;
using RecSys.TestKit;
using RecSys.TestKit.Hosts;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Resilience;

/// <summary>What happens while Postgres or RabbitMQ is away; each test has a server of its own to stop.</summary>
public sealed class LostServersTests
{
    private static readonly SampleLog Log = new();
    private static readonly string Known = SampleLog.User(taste: 1, number: 2);

    [Fact]
    public async Task Without_Postgres_answers_come_from_memory_until_it_is_back()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var system = await ServingSystem.StartAsync(
            await SampleDatabase.CreatePostgresAsync(await postgres.CreateDatabaseAsync()), Log, ("Serving:HistoryLifetime", "00:00:01"));
        await system.Database.Histories.AddAsync([new RecentListenRow(Known, Log.Track(1, 0), DateTimeOffset.UtcNow)], CancellationToken.None);
        await system.RecommendAsync(Known);

        await postgres.StopAsync();
        var known = await system.RecommendAsync(Known);
        var stranger = await system.RecommendAsync("never asked about");
        var popular = await system.Client.PopularAsync(new PopularRequest());
        var history = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = Known });
        var unknownHistory = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "never asked about" }));
        await system.PublishAsync(ServingSystem.Listen(Known, known.Items[0].Track.TrackId));
        var afterListen = await system.RecommendAsync(Known);
        await system.StopCandidateAsync();
        var without = await system.RecommendAsync(Known);
        await postgres.RestartAsync();
        await system.StartCandidateAsync();
        await system.RecommendUntilAsync("never asked about", slate => !slate.Degraded, "everything to be well again");

        known.Degraded.ShouldBeFalse(string.Join("; ", known.Degradations));
        known.Items.ShouldAllBe(item => item.Track.Title.Length > 0);
        stranger.Degraded.ShouldBeTrue();
        stranger.Degradations.Single().ShouldStartWith("database: ");
        stranger.Degradations.Single().ShouldEndWith("; only listens that arrived since the start are known");
        stranger.Items.Count.ShouldBe(10);
        popular.Items.Count.ShouldBe(10);
        history.Items.Single().Track.Title.ShouldBe("Metal Song 0");
        unknownHistory.StatusCode.ShouldBe(StatusCode.Unavailable);
        unknownHistory.ReadError()!.Reason.ShouldBe("DATABASE_UNAVAILABLE");
        unknownHistory.ReadError()!.RetryDelay.ShouldNotBeNull();
        afterListen.Items.ShouldNotContain(item => item.Track.TrackId == known.Items[0].Track.TrackId);
        without.Items.Count.ShouldBe(10);
        without.Items.ShouldAllBe(item => item.Sources.Single() == CandidateSource.Popular);
        without.Degradations.Count.ShouldBe(2);
        // Calls are tried again until their time is over: the last attempt ends either way.
        without.Degradations[0].ShouldBeOneOf(
            "candidate: UNAVAILABLE; answered from popular tracks", "candidate: DEADLINE_EXCEEDED; answered from popular tracks");
        without.Degradations[1].ShouldStartWith("database: ");
    }

    [Fact]
    public async Task Started_before_Postgres_it_waits_says_for_what_and_is_ready_when_it_comes()
    {
        await using var postgres = await PostgresServer.CreateAsync();
        var settings = new Dictionary<string, string>
        {
            ["Database:Provider"] = "postgres",
            ["Database:ConnectionString"] = $"Host=127.0.0.1;Port={postgres.Port};Username=postgres;Database=recsys",
            ["Logging:LogLevel:Default"] = "None",
        };
        await using var serving = await ServiceHost.StartWithoutWaitingAsync("serving", builder => builder.AddServing(), app => app.MapServing(), settings);
        using var http = new HttpClient { BaseAddress = serving.HttpAddress };
        var client = new ServingService.ServingServiceClient(serving.Channel);

        using var waiting = await http.GetAsync(new Uri("readyz", UriKind.Relative));
        var reason = await waiting.Content.ReadAsStringAsync();
        var refused = await Should.ThrowAsync<RpcException>(async () => await client.PopularAsync(new PopularRequest()));
        await postgres.RestartAsync();
        await serving.WaitUntilReadyAsync();
        var noModel = await Should.ThrowAsync<RpcException>(async () => await client.PopularAsync(new PopularRequest()));

        waiting.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        reason.ShouldContain($"127.0.0.1:{postgres.Port}");
        refused.StatusCode.ShouldBe(StatusCode.Unavailable);
        noModel.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
    }

    [Fact]
    public async Task What_passed_by_while_RabbitMQ_was_away_is_read_from_the_database()
    {
        await using var broker = await RabbitMqServer.StartAsync();
        await using var system = await ServingSystem.StartAsync(
            Log,
            ("Bus:Transport", "rabbitmq"),
            ("Bus:Uri", broker.CreateVirtualHost().ToString()),
            ("Serving:HistoryLifetime", "1.00:00:00"),
            ("Serving:ExposureBuffer", "500"));
        using var counted = new ExposureCounters(system.Serving.Services);
        var first = (await system.RecommendAsync(Known)).Items[0].Track.TrackId;
        await Wait.UntilAsync(() => system.Exposures.Count == 1, ServingSystem.Patience, "the first exposure");

        await broker.KillAsync();
        var meanwhile = await system.RecommendAsync(Known);
        var answers = 1;
        while (counted.Dropped == 0)
        {
            await Task.WhenAll(Enumerable.Range(0, 25).Select(number => system.RecommendAsync(SampleLog.User(taste: 0, number % 20))));
            answers += 25;
        }

        var kept = answers - counted.Dropped;
        await system.Database.Histories.AddAsync([new RecentListenRow(Known, first, DateTimeOffset.UtcNow)], CancellationToken.None);
        await broker.RestartAsync();
        await system.RecommendUntilAsync(Known, slate => slate.Items.All(item => item.Track.TrackId != first), "the listen that passed by");

        await Wait.UntilAsync(() => counted.Published > kept, ServingSystem.Patience, "the exposures that were kept");

        meanwhile.Degraded.ShouldBeFalse();
        meanwhile.Items.Count.ShouldBe(10);
        kept.ShouldBeInRange(500, 1_000, "the buffer, and the message that is in hand");
        system.Exposures.ShouldContain(exposure => exposure.ExposureId == meanwhile.ExposureId);
    }
}
