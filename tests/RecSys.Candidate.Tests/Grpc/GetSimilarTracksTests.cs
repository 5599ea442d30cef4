using Google.Rpc;
using Grpc.Core;
using RecSys.Contracts.Candidate.V1;
using RecSys.Hosting.Errors;
using RecSys.TestKit.Models;
using static RecSys.Candidate.Tests.CandidateHost;

namespace RecSys.Candidate.Tests.Grpc;

public sealed class GetSimilarTracksTests
{
    private static readonly SampleLog Log = new();

    [Fact]
    public async Task Similar_tracks_are_of_the_same_taste_nearest_first_and_without_the_track_itself()
    {
        await using var candidate = await StartAsync(Log);
        var track = Log.Track(1, 4);

        var answer = await candidate.Client.GetSimilarTracksAsync(new GetSimilarTracksRequest { TrackId = track, TrackCount = 5 });

        answer.ModelVersion.ShouldBe("v1");
        answer.Tracks.Count.ShouldBe(5);
        answer.Tracks.ShouldAllBe(similar => Log.TasteOf(similar.TrackId) == 1 && similar.TrackId != track);
        answer.Tracks.Select(similar => similar.Score).ShouldBeInOrder(SortDirection.Descending);
        answer.Tracks.ShouldAllBe(similar => similar.Score >= -1.0001 && similar.Score <= 1.0001);
    }

    [Fact]
    public async Task They_are_the_ones_that_the_trainer_stored()
    {
        await using var candidate = await StartAsync(Log);
        foreach (var track in new[] { Log.Track(0, 0), Log.Track(2, 29) })
        {
            var stored = await candidate.Database.Models.ReadSimilarAsync("v1", track, CancellationToken.None);
            var answer = await candidate.Client.GetSimilarTracksAsync(new GetSimilarTracksRequest { TrackId = track, TrackCount = 20 });

            answer.Tracks.Select(similar => similar.TrackId).ShouldBe(stored!.SimilarTrackIds);
        }
    }

    [Fact]
    public async Task Ten_come_when_no_number_is_given()
    {
        await using var candidate = await StartAsync(Log);

        (await candidate.Client.GetSimilarTracksAsync(new GetSimilarTracksRequest { TrackId = Log.Track(1, 4) })).Tracks.Count.ShouldBe(10);
    }

    [Fact]
    public async Task An_unknown_track_is_not_found_and_named()
    {
        await using var candidate = await StartAsync(Log);

        var refused = await Should.ThrowAsync<RpcException>(async () =>
            await candidate.Client.GetSimilarTracksAsync(new GetSimilarTracksRequest { TrackId = "no such track" }));

        refused.StatusCode.ShouldBe(StatusCode.NotFound);
        refused.ReadError()!.Reason.ShouldBe("TRACK_NOT_IN_MODEL");
        refused.Status.Detail.ShouldContain("'no such track'");
    }

    [Fact]
    public async Task Every_bad_field_is_named()
    {
        await using var candidate = await StartAsync(Log);

        var refused = await Should.ThrowAsync<RpcException>(async () =>
            await candidate.Client.GetSimilarTracksAsync(new GetSimilarTracksRequest { TrackId = "", TrackCount = 101 }));

        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field).ShouldBe(["track_id", "track_count"]);
    }
}
