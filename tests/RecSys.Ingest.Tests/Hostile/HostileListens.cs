using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Hostile;

/// <summary>Bodies of messages with listens: some that are no protobuf, and some whose values nobody should send.</summary>
internal static class HostileListens
{
    private static readonly string[] Texts =
    [
        "", " ", "ann", "a\0b", "\u0085", "\uFFFD", "\u00A0", "👨‍👩‍👧", "İ", "ß", "\u202E", "\uFFFF", new('x', 256), new('x', 257), new('é', 1_001), "'; DROP TABLE tracks; --",
    ];

    private static readonly long[] Seconds =
        [long.MinValue, -62_135_596_801, -1, 0, 1, 1_033_430_399, 1_033_430_400, 1_500_000_000, 253_402_300_799, 253_402_300_800, 1_500_000_000_000, long.MaxValue];

    private static readonly int[] Nanos = [int.MinValue, -1, 0, 1, 999, 999_999_999, 1_000_000_000, int.MaxValue];

    private static readonly float[] Shares = [0, 1, 0.5f, -0f, float.Epsilon, 1.0000001f, float.NaN, float.NegativeInfinity, float.MaxValue];

    /// <summary>Bodies with faults in their bytes, and as many with good bytes and bad values.</summary>
    public static IEnumerable<(int Number, byte[] Body)> Take(int count)
    {
        byte[][] valid =
        [
            new ListenBatch { Producer = "player", Listens = { Samples.Listens(0, 3) } }.ToByteArray(),
            new ListenBatch { Producer = "плеер", AcceptTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(55)), Listens = { Samples.Listen(3) } }.ToByteArray(),
            new ListenBatch { Listens = { Samples.Listen(4, l => (l.TrackId, l.Artist, l.Title, l.PlayedDuration) = ("", "Tool", "Lateralus", Duration.FromTimeSpan(TimeSpan.FromMinutes(3)))) } }.ToByteArray(),
        ];
        var random = new Random(HostileInputs.Seed);
        return new HostileInputs(valid).Take(count / 2).Concat(Enumerable.Range(count / 2, count - (count / 2)).Select(number => (number, Odd(random).ToByteArray())));
    }

    private static ListenBatch Odd(Random random)
    {
        var batch = new ListenBatch { Producer = Any(Texts), AcceptTime = random.Next(4) == 0 ? Time() : null };
        batch.Listens.AddRange(Enumerable.Range(0, random.Next(4)).Select(_ => new Listen
        {
            // Mostly good, so that a bad value is met beside good ones.
            UserId = random.Next(3) == 0 ? Any(Texts) : "ann",
            TrackId = random.Next(3) == 0 ? Any(Texts) : "track",
            Artist = Any(Texts),
            Title = Any(Texts),
            Album = random.Next(3) == 0 ? Any(Texts) : "",
            EventId = random.Next(3) == 0 ? Any(Texts) : "",
            ListenTime = random.Next(8) == 0 ? null : Time(),
            PlayCount = random.Next(3) == 0 ? Any<uint>([0, 1, 10_000_000, 10_000_001, int.MaxValue, uint.MaxValue]) : 1,
            PlayedDuration = random.Next(3) == 0 ? Length() : null,
            TrackLength = random.Next(3) == 0 ? Length() : null,
        }));
        foreach (var listen in batch.Listens.Where(_ => random.Next(2) == 0))
        {
            listen.PlayedShare = Any(Shares);
        }

        return batch;

        T Any<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

        Timestamp Time() => random.Next(2) == 0
            ? new() { Seconds = 1_500_000_000 + random.Next(1_000_000), Nanos = 0 }
            : new() { Seconds = Any(Seconds), Nanos = Any(Nanos) };

        Duration Length() => new() { Seconds = Any<long>([0, 1, 200, 86_400, 86_401, -1, long.MinValue, long.MaxValue]), Nanos = Any(Nanos) };
    }
}
