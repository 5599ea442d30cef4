using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Tests;

public sealed class ListenRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    [Fact]
    public void A_complete_listen_passes() => FaultsOf(Good()).ShouldBeEmpty();

    [Fact]
    public void A_listen_of_the_first_and_of_the_last_allowed_second_passes()
    {
        FaultsOf(Good(l => l.ListenTime = ListenRules.EarliestTime.ToTimestamp())).ShouldBeEmpty();
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
    [InlineData(0L, 0, "before 2002-10-01")]
    [InlineData(1_033_430_399L, 0, "before 2002-10-01")]
    [InlineData(long.MinValue, 0, "before 2002-10-01")]
    [InlineData(long.MaxValue, 0, "after the listen arrived")]
    [InlineData(1_773_501_567L, 0, "after the listen arrived")]
    [InlineData(1_600_000_000_000L, 0, "its unit seconds")]
    [InlineData(1_600_000_000L, -1, "nanoseconds")]
    [InlineData(1_600_000_000L, 1_000_000_000, "nanoseconds")]
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

    [Theory]
    [InlineData("", "", "track_id")]
    [InlineData("Tool", "", "title")]
    [InlineData("Tool", " ", "title")]
    [InlineData("", "Lateralus", "artist")]
    public void Without_a_track_id_artist_and_title_are_needed_together(string artist, string title, string field)
    {
        FaultsOf(Good(l => { l.TrackId = ""; l.Artist = "Tool"; l.Title = "Lateralus"; })).ShouldBeEmpty();

        FaultsOf(Good(l => { l.TrackId = ""; l.Artist = artist; l.Title = title; })).Single().Field.ShouldBe(field);
    }

    [Fact]
    public void Names_have_at_most_1000_characters_whatever_bytes_they_take()
    {
        var longest = string.Concat(Enumerable.Repeat("🎵", 1_000));
        FaultsOf(Good(l => (l.Artist, l.Title, l.Album) = (longest, longest, longest))).ShouldBeEmpty();
        FaultsOf(Good(l => (l.Artist, l.Title, l.Album) = (longest + "x", longest + "x", longest + "x")))
            .Select(fault => fault.Field).ShouldBe(["artist", "title", "album"]);
    }

    [Theory]
    [InlineData(0, 0, true, false)]
    [InlineData(86_400, 0, true, true)]
    [InlineData(86_400, 1_000, false, false)]
    [InlineData(-1, 0, false, false)]
    [InlineData(long.MaxValue, 0, false, false)]
    public void A_play_lasts_up_to_a_day_and_a_track_more_than_nothing(long seconds, int nanos, bool asPlayed, bool asLength)
    {
        var duration = new Duration { Seconds = seconds, Nanos = nanos };
        FaultsOf(Good(l => l.PlayedDuration = duration)).Select(fault => fault.Field).ShouldBe(asPlayed ? [] : ["played_duration"]);
        FaultsOf(Good(l => l.TrackLength = duration)).Select(fault => fault.Field).ShouldBe(asLength ? [] : ["track_length"]);
    }

    [Fact]
    public void A_listen_is_judged_by_the_time_at_which_it_was_accepted_however_late_it_is_delivered()
    {
        var batch = new ListenBatch { AcceptTime = Now.ToTimestamp() };

        ListenRules.ArrivalOf(batch, Now.AddHours(5)).ShouldBe(Now);
        ListenRules.ArrivalOf(batch, Now.AddHours(-5)).ShouldBe(Now);
        ListenRules.ArrivalOf(new ListenBatch(), Now.AddHours(5)).ShouldBe(Now.AddHours(5));
        ListenRules.ArrivalOf(new ListenBatch { AcceptTime = new Timestamp { Nanos = -1 } }, Now).ShouldBe(Now);
    }

    [Fact]
    public void What_is_wrong_with_a_time_reads_the_same_whenever_it_is_judged()
    {
        static string ReasonAt(DateTimeOffset arrivedAt)
        {
            var faults = new FieldViolations();
            ListenRules.Check(Good(l => l.ListenTime = Now.AddDays(1).ToTimestamp()), arrivedAt, faults);
            return faults.Single().Description;
        }

        ReasonAt(Now.AddHours(3)).ShouldBe(ReasonAt(Now));
    }

    [Fact]
    public void Every_bad_field_of_a_listen_is_named()
    {
        var listen = new Listen { PlayedShare = 2, PlayCount = uint.MaxValue, EventId = "\t" };
        FaultsOf(listen).Select(fault => fault.Field).ShouldBe(["user_id", "track_id", "listen_time", "played_share", "play_count", "event_id"]);
    }

    private static Listen Good(Action<Listen>? change = null)
    {
        var listen = new Listen { UserId = "ana", TrackId = "track-7", ListenTime = Now.ToTimestamp(), PlayedShare = 0.9f };
        change?.Invoke(listen);
        return listen;
    }

    private static FieldViolations FaultsOf(Listen listen)
    {
        var faults = new FieldViolations();
        ListenRules.Check(listen, Now, faults);
        return faults;
    }
}
