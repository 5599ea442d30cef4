using Google.Rpc;
using Grpc.Core;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.Errors;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Grpc;

public sealed class SimilarTracksTests
{
    private static readonly SampleLog Log = new();

    [Fact]
    public async Task Nearest_tracks_come_with_names_and_are_the_same_without_the_candidate_service()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var request = new SimilarTracksRequest { TrackId = Log.Track(2, 2), TrackCount = 5 };

        var answer = await system.Client.SimilarTracksAsync(request);
        await system.StopCandidateAsync();
        var stored = await system.Client.SimilarTracksAsync(request);

        answer.Track.Title.ShouldBe("Disco Song 2");
        answer.ModelVersion.ShouldBe("v1");
        answer.Items.Count.ShouldBe(5);
        answer.Items[0].Track.Title.ShouldStartWith("Disco Song");
        answer.Items.Select(item => item.Score).ShouldBeInOrder(SortDirection.Descending);
        stored.Items.Select(item => item.Track.TrackId).ShouldBe(answer.Items.Select(item => item.Track.TrackId));
    }

    [Fact]
    public async Task An_unknown_track_is_not_found_with_and_without_the_candidate_service()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var request = new SimilarTracksRequest { TrackId = "no such track" };

        var refused = await Should.ThrowAsync<RpcException>(async () => await system.Client.SimilarTracksAsync(request));
        await system.StopCandidateAsync();
        var refusedFromStore = await Should.ThrowAsync<RpcException>(async () => await system.Client.SimilarTracksAsync(request));

        foreach (var error in new[] { refused, refusedFromStore })
        {
            error.StatusCode.ShouldBe(StatusCode.NotFound);
            error.ReadError()!.Reason.ShouldBe("TRACK_NOT_IN_MODEL");
            error.Status.Detail.ShouldContain("'no such track'");
        }
    }

    [Fact]
    public async Task Every_bad_field_is_named()
    {
        await using var system = await ServingSystem.StartAsync(Log);

        var refused = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.SimilarTracksAsync(new SimilarTracksRequest { TrackId = "", TrackCount = 101 }));

        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field).ShouldBe(["track_id", "track_count"]);
    }
}
