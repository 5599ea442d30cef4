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

    private static CandidateTrack Candidate(string trackId, int rank) =>
        new() { TrackId = trackId, Sources = { new SourceScore { Source = CandidateSource.Als, Rank = rank } } };

    private static RankerService.RankerServiceClient Client(ServiceHost host) => new(host.Channel);

    // Artists: items 2 to 4 are of artist 1, the others of artist 0. One tree: 2.5 for two plays of the artist or more, else -1.5.
    private Task WriteAsync(IEnumerable<string> features) => _database.WriteModelAsync("v1", Log, writeMore: async artifacts =>
    {
        var none = CancellationToken.None;
        var feature = RankingFeatures.All.Select(f => f.Name).ToList().IndexOf("user_artist_plays");
        var trees = """
            {"learner":{"gradient_booster":{"name":"gbtree","model":{"trees":[{"left_children":[1,-1,-1],"right_children":[2,-1,-1],
             "split_indices":[FEATURE,0,0],"split_conditions":[2.0,-1.5,2.5],"default_left":[1,0,0],"sum_hessian":[4.0,3.0,1.0]}]}},
             "learner_model_param":{"base_score":"0","num_class":"0","num_feature":"COUNT"},"objective":{"name":"rank:ndcg"}}}
            """.Replace("FEATURE", $"{feature}", StringComparison.Ordinal).Replace("COUNT", $"{FeatureBuilder.FeatureCount}", StringComparison.Ordinal);
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
