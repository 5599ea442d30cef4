using Google.Rpc;
using Grpc.Core;
using RecSys.Contracts.Serving.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Errors;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Serving.Tests.Grpc;

public sealed class GetHistoryTests
{
    private static readonly SampleLog Log = new();
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Stored_listens_come_newest_first_with_names_page_by_page()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        await StoreAsync(system, count: 12);

        var first = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 5 });
        var second = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 5, PageToken = first.NextPageToken });
        var third = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 5, PageToken = second.NextPageToken });

        first.UserId.ShouldBe("u");
        var all = first.Items.Concat(second.Items).Concat(third.Items).ToArray();
        all.Select(item => item.Track.TrackId).ShouldBe(Enumerable.Range(0, 12).Reverse().Select(number => Log.Track(0, number)));
        all.Select(item => item.ListenTime.ToDateTimeOffset()).ShouldBe(Enumerable.Range(0, 12).Reverse().Select(number => Start.AddMinutes(number)));
        all[0].Track.Title.ShouldBe("Ambient Song 11");
        all[0].PlayCount.ShouldBe(2u);
        all[0].HasPlayedShare.ShouldBeTrue();
        all[0].PlayedShare.ShouldBe(0.5f);
        third.NextPageToken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Listens_that_arrive_between_pages_neither_repeat_nor_hide_any()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        await StoreAsync(system, count: 10);
        var first = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 4 });

        await system.PublishAsync(
            ServingSystem.Listen("u", Log.Track(1, 0), Start.AddHours(5)),
            ServingSystem.Listen("u", Log.Track(1, 1), Start.AddMinutes(4.5)),
            ServingSystem.Listen("u", Log.Track(0, 3), Start.AddMinutes(3)));
        var second = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 100, PageToken = first.NextPageToken });

        first.Items.Select(item => item.Track.TrackId).ShouldBe([Log.Track(0, 9), Log.Track(0, 8), Log.Track(0, 7), Log.Track(0, 6)]);
        second.Items.Select(item => item.Track.TrackId).ShouldBe(
            [Log.Track(0, 5), Log.Track(1, 1), Log.Track(0, 4), Log.Track(0, 3), Log.Track(0, 2), Log.Track(0, 1), Log.Track(0, 0)]);
    }

    [Fact]
    public async Task A_listen_counts_before_the_database_has_it_and_once_when_it_has()
    {
        await using var system = await ServingSystem.StartAsync(Log, ("Serving:HistoryLifetime", "00:00:01"));
        var listen = ServingSystem.Listen("u", Log.Track(2, 2), Start);

        await system.PublishAsync(listen);
        (await AllAsync(system)).Count.ShouldBe(1);
        await system.Database.Histories.AddAsync([new RecentListenRow("u", Log.Track(2, 2), Start), new RecentListenRow("u", Log.Track(2, 3), Start)], CancellationToken.None);
        await Wait.UntilAsync(async () => (await AllAsync(system)).Count == 2, ServingSystem.Patience, "what only the database has");

        (await AllAsync(system)).Select(item => item.Track.TrackId).ShouldBe([Log.Track(2, 3), Log.Track(2, 2)]);
    }

    [Fact]
    public async Task An_unknown_user_has_no_history()
    {
        await using var system = await ServingSystem.StartAsync(Log);

        var answer = await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "nobody" });

        answer.Items.ShouldBeEmpty();
        answer.NextPageToken.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bad_fields_and_tokens_of_others_are_named()
    {
        await using var system = await ServingSystem.StartAsync(Log);
        await StoreAsync(system, count: 3);
        var token = (await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 1 })).NextPageToken;

        var bad = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 1_001, PageToken = "no token" }));
        var others = await Should.ThrowAsync<RpcException>(async () =>
            await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "somebody else", PageToken = token }));

        Fields(bad).ShouldBe(["page_size", "page_token"]);
        Fields(others).ShouldBe(["page_token"]);
    }

    private static IEnumerable<string> Fields(RpcException refused) =>
        refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field);

    private static async Task<IReadOnlyList<HistoryItem>> AllAsync(ServingSystem system) =>
        (await system.Client.GetHistoryAsync(new GetHistoryRequest { UserId = "u", PageSize = 100 })).Items;

    private static Task StoreAsync(ServingSystem system, int count) => system.Database.Histories.AddAsync(
        [.. Enumerable.Range(0, count).Select(number => new RecentListenRow("u", Log.Track(0, number), Start.AddMinutes(number), PlayedShare: 0.5f, PlayCount: 2))],
        CancellationToken.None);
}
