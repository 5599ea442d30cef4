using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Settings;
using RecSys.TestKit.Hosts;
using RecSys.TestKit.Models;

namespace RecSys.Ranker.Tests.Grpc;

public sealed class RankTests : IAsyncLifetime
{
    private static readonly SampleLog Log = new(tastes: 2, tracksPerTaste: 10, usersPerTaste: 5);

    private SampleDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await SampleDatabase.CreateSqliteAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Candidates_are_ordered_before_any_model_was_trained()
    {
        await using var host = await StartAsync();

        var answer = await Client(host).RankAsync(Request());

        answer.ModelVersion.ShouldBeEmpty();
        answer.Tracks.Select(track => track.TrackId).ShouldBe(["both", "als", "similar", "popular"]);
        answer.Tracks.Select(track => track.Score).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task The_weights_of_the_active_version_are_used()
    {
        await WriteModelAsync("v1", popularWeight: "1000");
        await using var host = await StartAsync();

        var answer = await Client(host).RankAsync(Request());

        answer.ModelVersion.ShouldBe("v1");
        answer.Tracks[0].TrackId.ShouldBe("popular");
    }

    [Fact]
    public async Task The_configured_weights_hold_where_the_version_says_nothing()
    {
        await _database.WriteModelAsync("v1", Log);
        await using var host = await StartAsync(("Ranker:SimilarWeight", "50"));

        (await Client(host).RankAsync(Request())).Tracks.Select(track => track.TrackId).Take(2).ShouldBe(["similar", "both"]);
    }

    [Fact]
    public async Task Candidates_of_the_version_before_are_ordered_by_its_weights()
    {
        await WriteModelAsync("v1", popularWeight: "1000");
        await using var host = await StartAsync();
        await WriteModelAsync("v2", popularWeight: "0");
        await host.Services.GetRequiredService<ModelFollower<RankerModel>>().RefreshAsync(CancellationToken.None);

        var old = await Client(host).RankAsync(Request("v1"));
        var current = await Client(host).RankAsync(Request("v2"));
        var unknown = await Should.ThrowAsync<RpcException>(async () => await Client(host).RankAsync(Request("v0")));

        (old.ModelVersion, old.Tracks[0].TrackId).ShouldBe(("v1", "popular"));
        (current.ModelVersion, current.Tracks[^1].TrackId).ShouldBe(("v2", "popular"));
        unknown.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        unknown.Status.Detail.ShouldContain("Model version v0 is not loaded here");
    }

    [Fact]
    public async Task Only_as_many_tracks_come_as_asked_for()
    {
        await using var host = await StartAsync();
        var request = Request();
        request.TrackCount = 2;

        (await Client(host).RankAsync(request)).Tracks.Select(track => track.TrackId).ShouldBe(["both", "als"]);
    }

    [Fact]
    public async Task Every_bad_field_is_named()
    {
        await using var host = await StartAsync();
        var request = new RankRequest
        {
            TrackCount = -1,
            ModelVersion = "v\n1",
            Candidates =
            {
                Candidate("twice", (CandidateSource.Als, 1)),
                Candidate("twice", (CandidateSource.Als, 0)),
                Candidate("none"),
                Candidate("doubled", (CandidateSource.Als, 1), (CandidateSource.Als, 2)),
                Candidate("", (CandidateSource.Unspecified, 1)),
            },
        };

        var refused = await Should.ThrowAsync<RpcException>(async () => await Client(host).RankAsync(request));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        Fields(refused).ShouldBe(
            [
                "user_id", "track_count", "model_version", "candidates[1].track_id", "candidates[1].sources[0].rank", "candidates[2].sources",
                "candidates[3].sources[1].source", "candidates[4].track_id", "candidates[4].sources[0].source",
            ]);
    }

    [Fact]
    public async Task What_the_system_kept_is_never_refused_whatever_its_id()
    {
        await using var host = await StartAsync();
        string[] odd = ["2winz\uFFFD", string.Concat(Enumerable.Repeat("🎧", 300)), "  ", "tab\tin it"];
        var request = new RankRequest { UserId = "u" };
        request.Candidates.Add(odd.Select((track, place) => Candidate(track, (CandidateSource.Als, place + 1))));

        (await Client(host).RankAsync(request)).Tracks.Select(track => track.TrackId).ShouldBe(odd);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task From_1_to_1000_candidates_are_taken(int count)
    {
        await using var host = await StartAsync();
        var request = new RankRequest { UserId = "u" };
        request.Candidates.Add(Enumerable.Range(0, count).Select(number => Candidate($"t{number}", (CandidateSource.Als, number + 1))));

        var refused = await Should.ThrowAsync<RpcException>(async () => await Client(host).RankAsync(request));

        Fields(refused).ShouldBe(["candidates"]);
    }

    [Fact]
    public async Task Weights_that_are_all_zero_refuse_the_start()
    {
        var refused = await Should.ThrowAsync<InvalidSettingsException>(() =>
            StartAsync(("Ranker:AlsWeight", "0"), ("Ranker:SimilarWeight", "0"), ("Ranker:PopularWeight", "0")));

        refused.Message.ShouldContain("must be above 0");
    }

    private static RankRequest Request(string modelVersion = "") => new()
    {
        UserId = "u",
        ModelVersion = modelVersion,
        Candidates =
        {
            Candidate("popular", (CandidateSource.Popular, 1)),
            Candidate("similar", (CandidateSource.Similar, 1)),
            Candidate("als", (CandidateSource.Als, 1)),
            Candidate("both", (CandidateSource.Als, 2), (CandidateSource.Similar, 2)),
        },
    };

    private static CandidateTrack Candidate(string trackId, params (CandidateSource Source, int Rank)[] votes) => new()
    {
        TrackId = trackId,
        Sources = { votes.Select(vote => new SourceScore { Source = vote.Source, Rank = vote.Rank }) },
    };

    private static RankerService.RankerServiceClient Client(ServiceHost host) => new(host.Channel);

    private static IEnumerable<string> Fields(RpcException refused) =>
        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field);

    private Task WriteModelAsync(string version, string popularWeight) =>
        _database.WriteModelAsync(version, Log, settings: new Dictionary<string, string> { ["blend.popular"] = popularWeight });

    private Task<ServiceHost> StartAsync(params (string Key, string Value)[] settings) => ServiceHost.StartAsync(
        "ranker",
        builder => builder.AddRanker(),
        app => app.MapRanker(),
        [.. _database.Settings, .. settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]);
}
