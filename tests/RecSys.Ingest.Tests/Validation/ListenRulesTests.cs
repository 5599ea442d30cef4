using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Tests.Validation;

public sealed class ListenRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);
    private readonly ListenRules _rules = new(new FixedClock(Now));

    [Fact]
    public void A_complete_listen_passes() => FaultsOf(Good()).ShouldBeEmpty();

    [Fact]
    public void A_listen_of_the_first_and_of_the_last_allowed_second_passes()
    {
        FaultsOf(Good(l => l.ListenTime = new Timestamp())).ShouldBeEmpty();
        FaultsOf(Good(l => l.ListenTime = (Now + ListenRules.MaxClockLead).ToTimestamp())).ShouldBeEmpty();
    }

    [Fact]
    public void Ids_of_256_characters_pass_and_of_257_do_not()
    {
        var longest = new string('x', 256);
        FaultsOf(Good(l => l.UserId = longest)).ShouldBeEmpty();
        FaultsOf(Good(l => l.TrackId = longest)).ShouldBeEmpty();
        FaultsOf(Good(l => l.UserId = longest + "x")).Single().Field.ShouldBe("user_id");
        FaultsOf(Good(l => l.TrackId = longest + "x")).Single().Field.ShouldBe("track_id");
    }

    [Theory]
    [InlineData("", "must not be empty")]
    [InlineData("  ", "must not be blank")]
    [InlineData("a\0b", "U+0000 at position 1")]
    [InlineData("line\nbreak", "U+000A at position 4")]
    [InlineData("\u007f", "U+007F at position 0")]
    [InlineData("next\u0085line", "U+0085")]
    [InlineData("what\uFFFDever", "must be valid UTF-8")]
    public void Unusable_ids_are_refused(string id, string reason)
    {
        var user = FaultsOf(Good(l => l.UserId = id)).Single();
        user.Field.ShouldBe("user_id");
        user.Description.ShouldContain(reason);
        var track = FaultsOf(Good(l => l.TrackId = id)).Single();
        track.Field.ShouldBe("track_id");
        track.Description.ShouldContain(reason);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_no_message()
    {
        // Field 1 (user_id), two bytes of which the first never occurs in UTF-8.
        byte[] body = [0x0A, 0x02, 0xFF, 0x41, .. Good(l => l.UserId = "").ToByteArray()];

        Should.Throw<InvalidProtocolBufferException>(() => Listen.Parser.ParseFrom(body));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        FaultsOf(Good(l => l.TrackId = "half \ud83c")).Single().Description.ShouldContain("must be valid Unicode");

    [Fact]
    public void A_listen_without_a_time_is_refused() => FaultsOf(Good(l => l.ListenTime = null)).Single().Field.ShouldBe("listen_time");

    [Theory]
    [InlineData(-1L, 0, "before 1970")]
    [InlineData(long.MinValue, 0, "before 1970")]
    [InlineData(long.MaxValue, 0, "ahead of the server's clock")]
    [InlineData(1_773_501_567L, 0, "ahead of the server's clock")]
    [InlineData(1_600_000_000_000L, 0, "its unit seconds")]
    [InlineData(1L, -1, "nanoseconds")]
    [InlineData(1L, 1_000_000_000, "nanoseconds")]
    public void Impossible_times_are_refused(long seconds, int nanos, string reason)
    {
        var fault = FaultsOf(Good(l => l.ListenTime = new Timestamp { Seconds = seconds, Nanos = nanos })).Single();
        fault.Field.ShouldBe("listen_time");
        fault.Description.ShouldContain(reason);
    }

    [Theory]
    [InlineData(0f, true)]
    [InlineData(1f, true)]
    [InlineData(-0.001f, false)]
    [InlineData(1.001f, false)]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    public void A_played_share_is_a_number_from_0_to_1(float share, bool allowed)
    {
        var faults = FaultsOf(Good(l => l.PlayedShare = share));
        faults.Select(fault => fault.Field).ShouldBe(allowed ? [] : ["played_share"]);
    }

    [Fact]
    public void More_than_ten_million_plays_are_refused()
    {
        FaultsOf(Good(l => l.PlayCount = 10_000_000)).ShouldBeEmpty();
        FaultsOf(Good(l => l.PlayCount = 10_000_001)).Single().Field.ShouldBe("play_count");
    }

    [Fact]
    public void Every_bad_field_of_a_listen_is_named()
    {
        var listen = new Listen { PlayedShare = 2, PlayCount = uint.MaxValue };
        FaultsOf(listen).Select(fault => fault.Field).ShouldBe(["user_id", "track_id", "listen_time", "played_share", "play_count"]);
    }

    private static Listen Good(Action<Listen>? change = null)
    {
        var listen = new Listen { UserId = "ana", TrackId = "track-7", ListenTime = Now.ToTimestamp(), PlayedShare = 0.9f };
        change?.Invoke(listen);
        return listen;
    }

    private FieldViolations FaultsOf(Listen listen)
    {
        var faults = new FieldViolations();
        _rules.Check(listen, faults);
        return faults;
    }
}
