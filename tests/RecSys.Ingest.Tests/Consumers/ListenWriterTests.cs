using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Consumers;

/// <summary>What the writer makes of messages on RabbitMQ, with Postgres behind it.</summary>
public sealed class ListenWriterTests(PostgresFixture postgres, RabbitMqFixture broker) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private Uri _virtualHost = null!;
    private IngestHost _ingest = null!;
    private ForeignProducer _producer = null!;

    public async ValueTask InitializeAsync()
    {
        _virtualHost = await broker.CreateVirtualHostAsync();
        _ingest = await IngestHost.StartAsync(await postgres.CreateDatabaseAsync(), _virtualHost);
        _producer = await ForeignProducer.ConnectAsync(_virtualHost);
    }

    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _ingest.DisposeAsync();
    }

    [Fact]
    public async Task Listens_of_the_service_and_of_a_foreign_producer_are_stored()
    {
        var answer = await _ingest.Client.SubmitListensAsync(new SubmitListensRequest { Listens = { Samples.Listens(0, 3) } });
        await _producer.PublishAsync("player", Samples.Listen(3), Samples.Listen(4));

        answer.Accepted.ShouldBe(3);
        await WaitForAsync(history: 5, lake: 5, rejected: 0);
    }

    [Fact]
    public async Task The_same_message_again_and_again_is_stored_once()
    {
        for (var i = 0; i < 3; i++)
        {
            await _producer.PublishAsync("player", Samples.Listen(0), Samples.Listen(1), Samples.Listen(0));
        }

        // The fourth message tells that those before it have been consumed.
        await _producer.PublishAsync("player", Samples.Listen(2));
        await WaitForAsync(history: 3, lake: 3, rejected: 0);
    }

    [Fact]
    public async Task Bad_listens_of_a_foreign_producer_are_kept_with_reason_and_bytes_and_the_good_ones_stored()
    {
        var bad = Samples.Listen(1, l => { l.UserId = ""; l.PlayedShare = 2; });
        await _producer.PublishAsync("old player", Samples.Listen(0), bad, Samples.Listen(2));

        await WaitForAsync(history: 2, lake: 2, rejected: 1);
        var kept = (await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None)).Single();
        kept.Reason.ShouldBe("user_id must not be empty; played_share must be from 0 to 1, is 2");
        kept.Producer.ShouldBe("old player");
        ListenBatch.Parser.ParseFrom(kept.Body).ShouldBe(new ListenBatch { Producer = "old player", Listens = { bad } });
    }

    [Fact]
    public async Task A_message_that_is_no_batch_is_kept_with_its_bytes_and_the_queue_moves_on()
    {
        byte[] poison = [0x0A, 0xFF, 0xFF, 0xFF, 0x7F, 0x00, 0x01];
        await _producer.PublishAsync(poison, producerHeader: "broken\nplayer");
        await _producer.PublishAsync("player", Samples.Listen(0));

        await WaitForAsync(history: 1, lake: 1, rejected: 1);
        var kept = (await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None)).Single();
        kept.Body.ShouldBe(poison);
        kept.Producer.ShouldBe("broken\uFFFDplayer");
        kept.Reason.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Listens_that_are_not_text_are_kept_with_their_bytes_and_the_good_ones_of_their_message_stored()
    {
        // As a player writes that still has its names in Latin-1, and as one writes that mixes up messages.
        var latin1 = WithByte(Samples.Listen(1, l => l.TrackId = "Bj_rk").ToByteArray(), '_', 0xF6);
        byte[] cutOff = [0x0A, 0x05, 0x61];
        byte[][] listens = [Samples.Listen(0).ToByteArray(), latin1, Samples.Listen(2).ToByteArray(), cutOff];
        await _producer.PublishAsync(Batch(listens, "caf\u00E9 player"u8));

        await WaitForAsync(history: 2, lake: 2, rejected: 2);
        var kept = await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None);
        kept.Select(listen => listen.Reason).ShouldBe(["track_id is not UTF-8", "is not a Listen"], ignoreOrder: true);
        kept.Single(listen => listen.Reason == "track_id is not UTF-8").Body.ShouldBe(Batch([latin1], "caf\u00E9 player"u8));
        kept.Single(listen => listen.Reason == "is not a Listen").Body.ShouldBe(Batch([cutOff], "caf\u00E9 player"u8));
        kept.ShouldAllBe(listen => listen.Producer == "caf\u00E9 player");
    }

    [Fact]
    public async Task A_producer_name_that_is_not_text_costs_no_listen()
    {
        await _producer.PublishAsync(Batch([Samples.Listen(0).ToByteArray(), Samples.Listen(1).ToByteArray()], [0x63, 0x61, 0x66, 0xE9]));

        await WaitForAsync(history: 2, lake: 2, rejected: 0);
    }

    [Fact]
    public async Task An_empty_batch_is_kept_as_rejected()
    {
        await _producer.PublishAsync([]);

        await WaitForAsync(history: 0, lake: 0, rejected: 1);
        (await _ingest.Rejected.GetNewestAsync(10, CancellationToken.None)).Single().Reason.ShouldBe("listens must not be empty");
    }

    [Fact]
    public async Task A_message_that_is_delivered_hours_later_is_judged_by_when_it_came()
    {
        var later = DateTimeOffset.UtcNow.AddHours(5);
        var early = new ListenBatch { Producer = "player", Listens = { Samples.Listen(0, l => l.ListenTime = later.ToTimestamp()) } };
        var accepted = new ListenBatch(early) { AcceptTime = later.ToTimestamp() };
        accepted.Listens[0].TrackId = "accepted";

        // As if this clock had gone back by five hours since the broker, or the service, got them.
        await _producer.PublishAsync(early.ToByteArray(), brokerTime: later);
        await _producer.PublishAsync(accepted.ToByteArray());
        await WaitForAsync(history: 2, lake: 2, rejected: 0);

        // As if it were five hours later by now than when the broker got it.
        var ahead = new ListenBatch { Producer = "player", Listens = { Samples.Listen(0, l => l.ListenTime = DateTimeOffset.UtcNow.AddHours(-1).ToTimestamp()) } };
        for (var i = 0; i < 2; i++)
        {
            await _producer.PublishAsync(ahead.ToByteArray(), brokerTime: DateTimeOffset.UtcNow.AddHours(-5));
        }

        await WaitForAsync(history: 2, lake: 2, rejected: 1);
    }

    [Fact]
    public async Task Any_number_of_listens_in_one_message_and_tracks_by_name_are_stored()
    {
        var batch = new ListenBatch { Producer = "bulk loader", Listens = { Samples.Listens(0, 1_203) } };
        batch.Listens.Add(Samples.Listen(1_203, l => (l.TrackId, l.Artist, l.Title) = ("", "Tool", "Lateralus")));
        batch.Listens.Add(Samples.Listen(1_204, l => l.UserId = ""));

        await _producer.PublishAsync(batch.ToByteArray());

        await WaitForAsync(history: 1_204, lake: 1_204, rejected: 1);
        (await _ingest.Tracks.CountAsync(CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task The_example_in_JavaScript_publishes_listens_that_are_stored()
    {
        using var folder = new TempFolder("javascript");
        var file = folder.File("listens.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 1_200).Select(number => JsonSerializer.Serialize(
            new { user = $"Аня {number % 7} 🎵", track = $"track-{number}", time = 1_767_225_600 + number })));
        var example = await NodePackages.InstallAsync(Checkout.PathTo("examples", "javascript"));

        var output = await ChildProcess.RunAsync("node", [Path.Combine(example, "amqp-producer.js"), Checkout.PathTo("protos"), _virtualHost.OriginalString, file]);

        output.Trim().ShouldBe("confirmed 1200");
        await WaitForAsync(history: 1_200, lake: 1_200, rejected: 0);
        var newest = (await _ingest.History.GetAsync($"Аня {1_199 % 7} 🎵", 1, null, CancellationToken.None)).Single();
        (newest.TrackId, newest.ListenedAt.ToUnixTimeSeconds()).ShouldBe(("track-1199", 1_767_226_799));
    }

    [Fact]
    public async Task Many_messages_make_few_files()
    {
        for (var i = 0; i < 200; i++)
        {
            await _producer.PublishAsync("player", Samples.Listen(i));
        }

        await WaitForAsync(history: 200, lake: 200, rejected: 0);
        _ingest.Segments().Length.ShouldBeLessThan(150);
    }

    /// <summary>A batch as bytes, whatever its parts are.</summary>
    private static byte[] Batch(IEnumerable<byte[]> listens, ReadOnlySpan<byte> producer) =>
        [.. listens.SelectMany(listen => (byte[])[0x0A, (byte)listen.Length, .. listen]), 0x12, (byte)producer.Length, .. producer];

    private static byte[] WithByte(byte[] body, char placeholder, byte value) => [.. body.Select(b => b == placeholder ? value : b)];

    private Task WaitForAsync(long history, long lake, long rejected) => Wait.UntilAsync(
        async () => await _ingest.CountAsync() == (history, lake, rejected), Patience, $"{history} listens in the history, {lake} in the lake, {rejected} rejected");
}
