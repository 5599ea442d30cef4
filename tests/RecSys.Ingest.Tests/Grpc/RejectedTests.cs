using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Histories;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Tests.Consumers;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Grpc;

/// <summary>Kept listens are looked at and replayed, with RabbitMQ and Postgres.</summary>
public sealed class RejectedTests(PostgresFixture postgres, RabbitMqFixture broker) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private IngestHost _ingest = null!;
    private Uri _virtualHost = null!;

    public async ValueTask InitializeAsync()
    {
        _virtualHost = await broker.CreateVirtualHostAsync();
        _ingest = await IngestHost.StartAsync(await postgres.CreateDatabaseAsync(), _virtualHost, ("Ingest:RejectedListenAge", "3650.00:00:00"));
    }

    public ValueTask DisposeAsync() => _ingest.DisposeAsync();

    [Fact]
    public async Task What_was_refused_is_listed_however_it_came()
    {
        var bad = Samples.Listen(1, l => l.UserId = "");
        await _ingest.Client.SubmitListensAsync(new SubmitListensRequest { Producer = "client", Listens = { bad } });
        await using (var producer = await ForeignProducer.ConnectAsync(_virtualHost))
        {
            await producer.PublishAsync("player", bad);
            await producer.PublishAsync([0xFF], producerHeader: "poison");
        }

        await Wait.UntilAsync(async () => (await _ingest.CountAsync()).Rejected == 3, Patience, "three rejected listens");
        var all = (await _ingest.Client.ListRejectedAsync(new ListRejectedRequest())).Rejections;

        all.Select(entry => entry.Producer).ShouldBe(["client", "player", "poison"], ignoreOrder: true);
        var ofClient = all.Single(entry => entry.Producer == "client");
        ofClient.Reason.ShouldBe("user_id must not be empty");
        ofClient.Listens.ShouldBe([bad]);
        all.Single(entry => entry.Producer == "poison").Body.ShouldBe(ByteString.CopyFrom(0xFF));
    }

    [Fact]
    public async Task Pages_and_filters_of_a_list_go_through_all_of_it()
    {
        await KeepAsync([.. Enumerable.Range(0, 25).Select(number => Row($"reason {number % 2}", Samples.Listen(number), minutes: number))]);
        var request = new ListRejectedRequest { PageSize = 10, Filter = new RejectedFilter { Reason = "reason 1" } };

        var first = await _ingest.Client.ListRejectedAsync(request);
        request.PageToken = first.NextPageToken;
        var second = await _ingest.Client.ListRejectedAsync(request);

        first.Rejections.Concat(second.Rejections).Select(entry => entry.ReceiveTime.ToDateTimeOffset())
            .ShouldBe(Enumerable.Range(0, 12).Select(number => Noon.AddMinutes(23 - (2 * number))));
        second.NextPageToken.ShouldBeEmpty();
        var between = new RejectedFilter { StartTime = Noon.AddMinutes(5).ToTimestamp(), EndTime = Noon.AddMinutes(8).ToTimestamp(), Producer = "player" };
        (await _ingest.Client.ListRejectedAsync(new ListRejectedRequest { Filter = between })).Rejections.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Large_bodies_are_kept_and_fill_no_answer_that_a_client_could_not_take()
    {
        var large = new byte[6_000_000];
        var title = new string('x', 60_000);
        await KeepAsync(
        [
            new RejectedListenRow("is no ListenBatch", large, Noon.AddHours(1), "player"),
            .. Enumerable.Range(0, 100).Select(number => Row("title is too long", Samples.Listen(number, l => l.Title = title), minutes: number)),
        ]);

        var request = new ListRejectedRequest { PageSize = 1_000 };
        var pages = new List<ListRejectedResponse>();
        do
        {
            pages.Add(await _ingest.Client.ListRejectedAsync(request));
            request.PageToken = pages[^1].NextPageToken;
        }
        while (request.PageToken.Length > 0);

        var all = pages.SelectMany(page => page.Rejections).ToList();
        all.DistinctBy(entry => entry.RejectedId).Count().ShouldBe(101);
        pages.ShouldAllBe(page => page.CalculateSize() < 2 << 20);
        var poison = all.Single(entry => entry.Reason == "is no ListenBatch");
        (poison.Body.Length, poison.BodyBytes).ShouldBe((0, 6_000_000));
        all.Where(entry => entry != poison).ShouldAllBe(entry => entry.Listens.Single().Title == title && entry.BodyBytes == entry.Body.Length);

        var replayed = await _ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest { Filter = new RejectedFilter() });
        replayed.RemainingCount.ShouldBe(101);
        replayed.CalculateSize().ShouldBeLessThan(2 << 20);
        (await _ingest.Rejected.GetNewestAsync(200, CancellationToken.None)).Max(row => row.Body.Length).ShouldBe(large.Length);
    }

    [Fact]
    public async Task Replayed_listens_are_stored_and_the_others_stay_with_the_reason_that_holds_now()
    {
        byte[] both = new ListenBatch { Listens = { Samples.Listen(2), Samples.Listen(3, l => l.PlayedShare = 2) } }.ToByteArray();
        await KeepAsync(
            Row("was refused by an older rule", Samples.Listen(1)),
            new RejectedListenRow("the writer crashed on it", both, Noon, "player"),
            new RejectedListenRow("is no ListenBatch", [0xFF], Noon, "player"));

        var answer = await _ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest { Filter = new RejectedFilter() });

        answer.Replayed.ShouldBe(2);
        answer.RemainingCount.ShouldBe(2);
        answer.Remaining.Select(entry => entry.Reason).ShouldBe(["played_share must be from 0 to 1, is 2", "is no ListenBatch"], ignoreOrder: true);
        await Wait.UntilAsync(async () => await _ingest.CountAsync() == (2, 2, 2), Patience, "two stored listens");
        var kept = await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None);
        kept.ShouldAllBe(row => row.ReceivedAt == Noon);

        var again = await _ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest { Filter = new RejectedFilter() });
        (again.Replayed, again.RemainingCount).ShouldBe((0, 2));
    }

    [Fact]
    public async Task Ids_choose_what_is_replayed_and_unknown_ones_are_named()
    {
        await KeepAsync(Row("one", Samples.Listen(1)), Row("two", Samples.Listen(2)));
        var id = (await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None)).Single(row => row.Reason == "one").RejectedId;

        var answer = await _ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest { RejectedIds = { id, "0123" } });

        answer.ShouldBe(new ReplayRejectedResponse { Replayed = 1, UnknownIds = { "0123" } });
        await Wait.UntilAsync(async () => await _ingest.CountAsync() == (1, 1, 1), Patience, "one stored listen");
    }

    [Fact]
    public async Task A_request_that_says_too_little_or_too_much_is_refused()
    {
        (await RefusedAsync(async () => await _ingest.Client.ReplayRejectedAsync(new ReplayRejectedRequest()))).ShouldBe(["filter"]);
        (await RefusedAsync(async () => await _ingest.Client.ReplayRejectedAsync(
            new ReplayRejectedRequest { RejectedIds = { "a" }, Filter = new RejectedFilter() }))).ShouldBe(["filter"]);
        (await RefusedAsync(async () => await _ingest.Client.ListRejectedAsync(new ListRejectedRequest
        {
            PageSize = 1_001,
            PageToken = "nonsense",
            Filter = new RejectedFilter { StartTime = Noon.ToTimestamp(), EndTime = Noon.ToTimestamp() },
        }))).ShouldBe(["page_size", "page_token", "filter.end_time"]);
    }

    [Fact]
    public async Task Rejected_listens_are_kept_within_the_number_and_age_that_the_settings_allow()
    {
        await KeepAsync([.. Enumerable.Range(0, 10).Select(number => Row("bad", Samples.Listen(number), minutes: number))]);

        await using var other = await IngestHost.StartAsync(
            _ingest.DatabaseConnection, _virtualHost, ("Ingest:RejectedListens", "4"), ("Ingest:RejectedListenAge", "3650.00:00:00"));

        await Wait.UntilAsync(async () => (await other.CountAsync()).Rejected == 4, Patience, "four rejected listens");
        (await other.Rejected.GetNewestAsync(10, CancellationToken.None))[^1].ReceivedAt.ShouldBe(Noon.AddMinutes(6));
    }

    private static RejectedListenRow Row(string reason, Listen listen, int minutes = 0) =>
        new(reason, new ListenBatch { Producer = "player", Listens = { listen } }.ToByteArray(), Noon.AddMinutes(minutes), "player");

    private Task KeepAsync(params RejectedListenRow[] rows) => _ingest.Rejected.AddAsync(rows, CancellationToken.None);

    private static async Task<IEnumerable<string>> RefusedAsync(Func<Task> call)
    {
        var error = (await Should.ThrowAsync<RpcException>(call)).ReadError().ShouldNotBeNull();
        error.Code.ShouldBe(StatusCode.InvalidArgument);
        return error.Violations.Select(violation => violation.Field);
    }
}
