using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Serving.Histories;

namespace RecSys.Serving.Tests.Histories;

public sealed class ArrivingListenTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_good_listen_is_read_to_the_microsecond()
    {
        var listen = Good();
        listen.ListenTime = new Timestamp { Seconds = 1_700_000_000, Nanos = 123_456_789 };
        listen.PlayedShare = 0.25f;
        listen.PlayCount = 7;

        ArrivingListen.TryRead(listen, Now, out var read).ShouldBeTrue();

        read.ShouldBe(new HistoryListen("track", 1_700_000_000_123_456, 0.25f, 7));
    }

    [Fact]
    public void No_play_count_is_one_play_and_no_share_is_unknown()
    {
        ArrivingListen.TryRead(Good(), Now, out var read).ShouldBeTrue();

        read!.Value.PlayCount.ShouldBe(1);
        read.Value.PlayedShare.ShouldBeNull();
    }

    public static TheoryData<string, Action<Listen>> Faults => new()
    {
        { "no user", listen => listen.UserId = "" },
        { "a NUL in the user", listen => listen.UserId = "a\0b" },
        { "no track and no names", listen => listen.TrackId = "" },
        { "a track of 257 characters", listen => listen.TrackId = new string('t', 257) },
        { "no time", listen => listen.ListenTime = null },
        { "a time before October 2002", listen => listen.ListenTime.Seconds = 1_033_430_399 },
        { "a time 11 minutes ahead", listen => listen.ListenTime = Now.AddMinutes(11).ToTimestamp() },
        { "a year 200,000", listen => listen.ListenTime.Seconds = 6_000_000_000_000 },
        { "impossible nanoseconds", listen => listen.ListenTime.Nanos = 1_000_000_000 },
        { "a share that is no number", listen => listen.PlayedShare = float.NaN },
        { "a share above 1", listen => listen.PlayedShare = 1.01f },
        { "too many plays", listen => listen.PlayCount = 10_000_001 },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void What_ingest_would_refuse_is_not_read(string fault, Action<Listen> spoil)
    {
        var listen = Good();
        spoil(listen);

        ArrivingListen.TryRead(listen, Now, out _).ShouldBeFalse(fault);
    }

    private static Listen Good() => new() { UserId = "user", TrackId = "track", ListenTime = Now.ToTimestamp() };
}
