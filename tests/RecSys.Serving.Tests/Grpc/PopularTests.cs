using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Contracts.Serving.V1;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Errors;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Grpc;

public sealed class PopularTests
{
    private static readonly SampleLog Log = new("first-");

    [Fact]
    public async Task Pages_hold_every_popular_track_once_most_listeners_first()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var all = new List<ScoredTrack>();
        var token = "";
        do
        {
            var page = await system.Client.PopularAsync(new PopularRequest { PageSize = 7, PageToken = token });
            page.ModelVersion.ShouldBe("v1");
            page.Items.Count.ShouldBeLessThanOrEqualTo(7);
            all.AddRange(page.Items);
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        all.Count.ShouldBe(50);
        all.Select(item => item.Track.TrackId).ShouldBeUnique();
        all.Select(item => item.Score).ShouldBeInOrder(SortDirection.Descending);
        all.ShouldAllBe(item => item.Score == Log.ListenersOf(item.Track.TrackId) && item.Track.Title.Length > 0);
    }

    [Fact]
    public async Task Pages_stay_with_the_version_they_began_with()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        var follower = system.Serving.Services.GetRequiredService<ModelFollower<ServedVersion>>();
        var first = await system.Client.PopularAsync(new PopularRequest { PageSize = 20 });

        await system.Database.WriteModelAsync("v2", new SampleLog("second-"));
        await follower.RefreshAsync(CancellationToken.None);
        var second = await system.Client.PopularAsync(new PopularRequest { PageSize = 20, PageToken = first.NextPageToken });
        var anew = await system.Client.PopularAsync(new PopularRequest { PageSize = 20 });
        await system.Database.WriteModelAsync("v3", new SampleLog("third-"));
        await follower.RefreshAsync(CancellationToken.None);
        var gone = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.PopularAsync(new PopularRequest { PageSize = 20, PageToken = first.NextPageToken }));

        second.ModelVersion.ShouldBe("v1");
        first.Items.Concat(second.Items).Select(item => item.Track.TrackId).ShouldBeUnique();
        anew.ModelVersion.ShouldBe("v2");
        gone.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        gone.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field.ShouldBe("page_token");
    }

    [Fact]
    public async Task Bad_fields_are_named()
    {
        await using var system = await ServingSystem.StartAsync(Log);

        var refused = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.PopularAsync(new PopularRequest { PageSize = 101, PageToken = "no token" }));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field).ShouldBe(["page_size", "page_token"]);
    }

    [Fact]
    public async Task Without_a_model_the_answer_says_what_to_do()
    {
        await using var system = await ServingSystem.StartAsync(log: null);

        var refused = await Should.ThrowAsync<RpcException>(async () => await system.Client.PopularAsync(new PopularRequest()));

        refused.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
    }
}
