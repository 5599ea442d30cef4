using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using RecSys.Algorithms.Features;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Data.Artifacts;
using RecSys.TestKit.Hosts;
using RecSys.TestKit.Models;

namespace RecSys.Ranker.Tests.Trees;

public sealed class TreeRankTests : IAsyncLifetime
{
    private static readonly SampleLog Log = new(tastes: 2, tracksPerTaste: 10, usersPerTaste: 5);

    private SampleDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await SampleDatabase.CreateSqliteAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Trained_trees_order_and_not_the_blend()
    {
        await WriteAsync(RankingFeatures.All.Select(feature => feature.Name));
        await using var host = await StartAsync();

        var answer = await Client(host).RankAsync(Request());

        answer.Trained.ShouldBeTrue();
        answer.Tracks.Select(track => track.TrackId).ShouldBe([Log.TrackIds[3], "unknown", Log.TrackIds[1]]);
        answer.Tracks.Select(track => track.Score).ShouldBe([2.5, -1.5, -1.5]);
        answer.Tracks.ShouldAllBe(track => track.Features.Count == 0 && track.Contributions.Count == 1);
    }

    [Fact]
    public async Task Contributions_of_the_features_sum_with_the_bias_to_the_score()
    {
        await WriteAsync(RankingFeatures.All.Select(feature => feature.Name));
        await using var host = await StartAsync();
        var request = Request();
        request.Explain = true;

        foreach (var track in (await Client(host).RankAsync(request)).Tracks)
        {
            (track.Bias + track.Features.Sum(feature => feature.Contribution)).ShouldBe(track.Score, 1e-6);
            track.Features.Single().Feature.ShouldBe("user_artist_plays");
        }
    }

    [Fact]
    public async Task Trees_of_other_features_leave_the_order_to_the_blend()
    {
        await WriteAsync(["als_rank", "something_else"]);
        await using var host = await StartAsync();

        var answer = await Client(host).RankAsync(Request());

        answer.Trained.ShouldBeFalse();
        answer.Tracks[0].TrackId.ShouldBe("unknown");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_strangers_tracks_are_in_the_order_of_popularity(bool hasUnknownHistory)
    {
        // Trees that would put the most popular track last.
        await WriteAsync(RankingFeatures.All.Select(feature => feature.Name), splitOn: "popular_rank");
        await using var host = await StartAsync();
        var request = new RankRequest { UserId = "stranger", TrackCount = 10 };
        request.Candidates.AddRange(Enumerable.Range(0, 10).Select(
            place => Candidate(Log.TrackIds[(7 * place) % 10], place + 1, CandidateSource.Popular)));
        if (hasUnknownHistory)
        {
            request.History.Add(Listen("never heard of", 3));
        }

        var answer = await Client(host).RankAsync(request);

        answer.Tracks.Select(track => track.TrackId).ShouldBe(request.Candidates.Select(candidate => candidate.TrackId));
        answer.Tracks.Zip(answer.Tracks.Skip(1)).ShouldAllBe(pair => pair.First.Score > pair.Second.Score);
        answer.Trained.ShouldBeFalse();
        answer.ModelVersion.ShouldBe("v1");
    }

    [Fact]
    public async Task Trees_order_popular_tracks_for_a_user_who_has_heard_something()
    {
        await WriteAsync(RankingFeatures.All.Select(feature => feature.Name));
        await using var host = await StartAsync();
        var request = Request();
        request.Candidates.Clear();
        request.Candidates.Add(Candidate(Log.TrackIds[1], 1, CandidateSource.Popular));
        request.Candidates.Add(Candidate(Log.TrackIds[3], 2, CandidateSource.Popular));

        var answer = await Client(host).RankAsync(request);

        answer.Trained.ShouldBeTrue();
        answer.Tracks[0].TrackId.ShouldBe(Log.TrackIds[3]);
    }

    [Fact]
    public async Task Listens_count_in_the_order_of_their_times_however_they_are_given()
    {
        await WriteAsync(RankingFeatures.All.Select(feature => feature.Name), "is_last_artist", from: 0.5);
        await using var host = await StartAsync();
        var request = Request();
        request.History.Clear();
        request.History.Add([Listen(Log.TrackIds[0], 20), Listen(Log.TrackIds[4], 10)]);

        var answer = await Client(host).RankAsync(request);

        // The newest listen, given first, is of the artist of track 1.
        answer.Tracks.Select(track => (track.TrackId, track.Score)).ShouldContain((Log.TrackIds[1], 2.5));
        answer.Tracks.Select(track => (track.TrackId, track.Score)).ShouldContain((Log.TrackIds[3], -1.5));
    }

    [Theory]
    [InlineData(1, -1.5)]
    [InlineData(3, 2.5)]
    public async Task Features_of_time_are_of_the_moment_that_the_request_asks_for(int hoursLater, double score)
    {
        await WriteAsync(RankingFeatures.All.Select(feature => feature.Name), "hours_since_listen", from: 2);
        await using var host = await StartAsync();
        var request = Request();
        request.AskTime = new Timestamp { Seconds = 2 + (hoursLater * 3_600) };

        (await Client(host).RankAsync(request)).Tracks.ShouldAllBe(track => track.Score == score);
    }

    private static RankRequest Request() => new()
    {
        UserId = "u",
        TrackCount = 3,

        // Two listens of the artist of track 3.
        History = { Listen(Log.TrackIds[4], 1), Listen(Log.TrackIds[4], 2), Listen("never heard of", 3) },
        Candidates = { Candidate("unknown", 1), Candidate(Log.TrackIds[1], 2), Candidate(Log.TrackIds[3], 3) },
    };

    private static RecentListen Listen(string trackId, long seconds) =>
        new() { TrackId = trackId, ListenTime = new Timestamp { Seconds = seconds }, PlayedShare = 0.5f };

    private static CandidateTrack Candidate(string trackId, int rank, CandidateSource source = CandidateSource.Als) =>
        new() { TrackId = trackId, Sources = { new SourceScore { Source = source, Rank = rank } } };

    private static RankerService.RankerServiceClient Client(ServiceHost host) => new(host.Channel);

    // Artists: items 2 to 4 are of artist 1, the others of artist 0. One tree: 2.5 from a value of one feature on, else -1.5.
    private Task WriteAsync(IEnumerable<string> features, string splitOn = "user_artist_plays", double from = 2) => _database.WriteModelAsync("v1", Log, writeMore: async artifacts =>
    {
        var none = CancellationToken.None;
        var feature = RankingFeatures.All.Select(f => f.Name).ToList().IndexOf(splitOn);
        var trees = """
            {"learner":{"gradient_booster":{"name":"gbtree","model":{"trees":[{"left_children":[1,-1,-1],"right_children":[2,-1,-1],
             "split_indices":[FEATURE,0,0],"split_conditions":[FROM,-1.5,2.5],"default_left":[1,0,0],"sum_hessian":[4.0,3.0,1.0]}]}},
             "learner_model_param":{"base_score":"0","num_class":"0","num_feature":"COUNT"},"objective":{"name":"rank:ndcg"}}}
            """.Replace("FEATURE", $"{feature}", StringComparison.Ordinal)
            .Replace("FROM", string.Create(CultureInfo.InvariantCulture, $"{from}"), StringComparison.Ordinal)
            .Replace("COUNT", $"{FeatureBuilder.FeatureCount}", StringComparison.Ordinal);
        var artists = Enumerable.Range(0, Log.TrackIds.Count).Select(item => item is >= 2 and <= 4 ? 1 : 0).ToArray();
        await artifacts.WriteMatrixAsync(
            "v1", ArtifactNames.RankerItems, Log.TrackIds.Count, ItemStatistics.ColumnCount, _ => new float[ItemStatistics.ColumnCount], none);
        await artifacts.WriteInt32Async("v1", ArtifactNames.RankerArtists, artists, none);
        await artifacts.WriteInt32Async("v1", ArtifactNames.RankerAlbums, artists, none);
        await artifacts.WriteInt64Async("v1", ArtifactNames.RankerGenreOffsets, new long[Log.TrackIds.Count + 1], none);
        await artifacts.WriteInt32Async("v1", ArtifactNames.RankerGenres, ReadOnlyMemory<int>.Empty, none);
        await artifacts.WriteTextsAsync("v1", ArtifactNames.RankerFeatures, [.. features], none);
        await artifacts.WriteBytesAsync("v1", ArtifactNames.RankerTrees, Encoding.UTF8.GetBytes(trees), none);
    });

    private Task<ServiceHost> StartAsync() =>
        ServiceHost.StartAsync("ranker", builder => builder.AddRanker(), app => app.MapRanker(), [.. _database.Settings]);
}
