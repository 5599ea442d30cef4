using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using RecSys.Analytics.Listens;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Ingest.Tests.Consumers;
using RecSys.Ingest.Tests.ListenBrainz;
using RecSys.Ingest.Validation;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests;

/// <summary>The same log by a stream of gRPC, by ListenBrainz's protocol and by messages on RabbitMQ ends as the same listens in the database and the lake.</summary>
public sealed class WaysInTests(PostgresFixture postgres, RabbitMqFixture broker, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan TrackLength = TimeSpan.FromSeconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private IngestHost _ingest = null!;
    private ForeignProducer _producer = null!;
    private ScrobblerClient _scrobbler = null!;

    public async ValueTask InitializeAsync()
    {
        var virtualHost = await broker.CreateVirtualHostAsync();
        _ingest = await IngestHost.StartAsync(
            await postgres.CreateDatabaseAsync(), virtualHost, ("Database:RecentListensPerUser", "10000"), ("Ingest:RequestsPerToken", "100000"));
        _producer = await ForeignProducer.ConnectAsync(virtualHost);
        _scrobbler = new ScrobblerClient(_ingest.Host.HttpAddress);
    }

    public async ValueTask DisposeAsync()
    {
        _scrobbler.Dispose();
        await _producer.DisposeAsync();
        await _ingest.DisposeAsync();
    }

    [Fact]
    public Task A_small_log_is_the_same_whichever_way_it_comes() => ShouldBeTheSameAsync(
    [
        new("ann", 1, 1_700_000_000, 1), new("ann", 1, 1_700_000_000, 1), new("ann", 2, 1_700_000_000, 0), new("ann", 1, 1_700_000_001, 0.33f),
        new("bob", 1, 1_700_000_000, 0.005f), new("bob", 3, 1_033_430_400, null), new("a b/c%20", 2, 1_700_000_000, 0.5f),
        .. Enumerable.Range(0, 1_200).Select(i => new Event("many", i % 30, 1_600_000_000 + i, i % 101 / 100f)),
    ]);

    [Fact]
    public async Task A_log_of_a_real_service_is_the_same_whichever_way_it_comes()
    {
        if (Checkout.FindShared("data/botify/logs/rec_sys_data_botify-recommender-1_data.json.gz") is not { } log)
        {
            output.WriteLine("The data set botify is not in ../shared/data: only the small log was replayed.");
            return;
        }

        // All twelve files were replayed once; this many take seconds.
        Event[] events = [.. Read(log).Take(1_500)];
        events.Length.ShouldBe(1_500);
        await ShouldBeTheSameAsync(events);
    }

    private static IEnumerable<Event> Read(string log)
    {
        using var lines = new StreamReader(new GZipStream(File.OpenRead(log), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var member = json.RootElement;
            yield return new(
                member.GetProperty("user").ToString(), member.GetProperty("track").GetInt32(), member.GetProperty("timestamp").GetInt64() / 1_000, member.GetProperty("time").GetSingle());
        }
    }

    private async Task ShouldBeTheSameAsync(IReadOnlyList<Event> all)
    {
        // A scrobbler knows whole seconds: of two shares for one second neither is the right one.
        Event[] events = [.. all.DistinctBy(e => (e.User, e.Track, e.Seconds))];
        var repeats = all.Except(events).Any() ? events : all;
        foreach (var tracks in events.Select(e => e.Track).Distinct().Chunk(TrackRules.MaxTracksPerRequest))
        {
            await _ingest.Client.PutTracksAsync(new PutTracksRequest
            {
                Tracks = { tracks.Select(track => new Track { TrackId = $"{track}", Artist = $"Artist {track}", Title = $"Title {track}", Duration = TrackLength.ToDuration() }) },
            });
        }

        await Task.WhenAll(StreamAsync(repeats), ScrobbleAsync(repeats), PublishAsync(repeats));
        await Wait.UntilAsync(
            async () => await _ingest.CountAsync() == (3 * events.Length, 3 * events.Length, 0), Patience, $"three times {events.Length} listens in database and lake");

        var expected = events.Select(e => new Stored(e.User, $"{e.Track}", e.Seconds, e.Share)).ToHashSet();
        var database = await ReadDatabaseAsync();
        var lake = await _ingest.Queries.ReadListensAsync(InteractionQuery.All)
            .Select(listen => new Stored(listen.UserId, listen.TrackId, listen.ListenedAt.ToUnixTimeSeconds(), listen.PlayedShare)).ToListAsync();
        foreach (var stored in new[] { database, lake })
        {
            foreach (var way in new[] { "grpc ", "http ", "amqp " })
            {
                var came = stored.Where(listen => listen.User.StartsWith(way, StringComparison.Ordinal)).Select(listen => listen with { User = listen.User[way.Length..] }).ToList();
                came.Count.ShouldBe(events.Length, way);
                came.Except(expected).Take(5).ShouldBeEmpty(way);
            }
        }
    }

    /// <summary>With what played the track's share.</summary>
    private async Task StreamAsync(IReadOnlyList<Event> events)
    {
        using var call = _ingest.Client.StreamListens();
        foreach (var part in events.Chunk(BatchRules.MaxListens))
        {
            await call.RequestStream.WriteAsync(new StreamListensRequest
            {
                Listens = { part.Select(e => Listen("grpc ", e, listen => Set(e.Share, share => listen.PlayedShare = share))) },
            });
        }

        await call.RequestStream.CompleteAsync();
        (await call).Rejected.ShouldBeEmpty();
    }

    /// <summary>With names in the place of ids, and for how long it was played.</summary>
    private Task ScrobbleAsync(IReadOnlyList<Event> events) => Parallel.ForEachAsync(
        events.GroupBy(e => e.User).SelectMany(user => user.Chunk(1_000)), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (part, _) =>
        {
            var answer = await _scrobbler.SubmitAsync(
                JsonSerializer.Serialize(new
                {
                    listen_type = "import",
                    payload = part.Select(e => new
                    {
                        listened_at = e.Seconds,
                        track_metadata = new
                        {
                            artist_name = $"Artist {e.Track}",
                            track_name = $"title {e.Track}",
                            additional_info = new { duration_played = e.Share is { } share ? SecondsOf(share) : (double?)null },
                        },
                    }),
                }),
                "http " + part[0].User);
            answer.Status.ShouldBe(HttpStatusCode.OK);
            answer.Json.TryGetProperty("rejected", out var rejected).ShouldBeFalse(rejected.ToString());
        });

    /// <summary>With ids, and for how long it was played.</summary>
    private async Task PublishAsync(IReadOnlyList<Event> events)
    {
        foreach (var part in events.Chunk(BatchRules.MaxListens))
        {
            await _producer.PublishAsync("player", [.. part.Select(e => Listen("amqp ", e, listen => Set(e.Share, share => listen.PlayedDuration = TimeSpan.FromSeconds(SecondsOf(share)).ToDuration())))]);
        }
    }

    private static Listen Listen(string way, Event e, Action<Listen> set)
    {
        var listen = new Listen { UserId = way + e.User, TrackId = $"{e.Track}", ListenTime = new Timestamp { Seconds = e.Seconds } };
        set(listen);
        return listen;
    }

    // Players know milliseconds.
    private static double SecondsOf(float share) => Math.Round(share * TrackLength.TotalSeconds, 3);

    private static void Set(float? share, Action<float> set)
    {
        if (share is { } known)
        {
            set(known);
        }
    }

    private async Task<List<Stored>> ReadDatabaseAsync()
    {
        await using var source = NpgsqlDataSource.Create(_ingest.DatabaseConnection);
        await using var command = source.CreateCommand("SELECT user_id, track_id, listened_at, played_share FROM recent_listens");
        await using var rows = await command.ExecuteReaderAsync();
        var stored = new List<Stored>();
        while (await rows.ReadAsync())
        {
            stored.Add(new(rows.GetString(0), rows.GetString(1), new DateTimeOffset(rows.GetFieldValue<DateTime>(2)).ToUnixTimeSeconds(), rows.IsDBNull(3) ? null : rows.GetFloat(3)));
        }

        return stored;
    }

    private sealed record Event(string User, int Track, long Seconds, float? Share);

    private sealed record Stored(string User, string Track, long Seconds, float? Share);
}
