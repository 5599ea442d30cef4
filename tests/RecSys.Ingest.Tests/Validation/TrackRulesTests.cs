using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Common.V1;
using RecSys.Hosting.Errors;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Tests.Validation;

public sealed class TrackRulesTests
{
    [Fact]
    public void A_track_needs_nothing_but_its_id() => FaultsOf(new Track { TrackId = "t1" }).ShouldBeEmpty();

    [Fact]
    public void A_full_entry_passes() => FaultsOf(Good(_ => { })).ShouldBeEmpty();

    [Fact]
    public void Every_bad_field_of_a_track_is_named()
    {
        var track = Good(t =>
        {
            t.TrackId = "";
            t.Title = "\0";
            t.Artist = new string('x', TrackRules.MaxNameLength + 1);
            t.Album = "\uFFFD";
            t.Genres.Add("");
            t.Genres.Add(new string('x', TrackRules.MaxGenreLength + 1));
            t.Duration = new Duration { Seconds = -1 };
        });

        FaultsOf(track).Select(fault => fault.Field).ShouldBe(["tracks[0].track_id", "tracks[0].title", "tracks[0].artist", "tracks[0].album", "tracks[0].genres[1]", "tracks[0].genres[2]", "tracks[0].duration"]);
    }

    [Fact]
    public void A_track_has_at_most_32_genres()
    {
        FaultsOf(Good(t => t.Genres.Add(Enumerable.Range(0, 31).Select(i => $"genre {i}")))).ShouldBeEmpty();
        FaultsOf(Good(t => t.Genres.Add(Enumerable.Range(0, 32).Select(i => $"genre {i}")))).Single().Field.ShouldBe("tracks[0].genres");
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 1_000_000, true)]
    [InlineData(86_400, 0, true)]
    [InlineData(86_400, 1_000, false)]
    [InlineData(86_401, 0, false)]
    [InlineData(long.MaxValue, 0, false)]
    [InlineData(1, -1, false)]
    [InlineData(1, int.MaxValue, false)]
    public void A_duration_is_positive_and_at_most_a_day(long seconds, int nanos, bool allowed)
    {
        var faults = FaultsOf(Good(t => t.Duration = new Duration { Seconds = seconds, Nanos = nanos }));
        faults.Select(fault => fault.Field).ShouldBe(allowed ? [] : ["tracks[0].duration"]);
    }

    [Fact]
    public void A_request_has_1_to_500_tracks()
    {
        FaultsOf().Single().Field.ShouldBe("tracks");
        var tracks = Enumerable.Range(0, 501).Select(i => new Track { TrackId = $"t{i}" }).ToArray();
        FaultsOf(tracks[..500]).ShouldBeEmpty();
        FaultsOf(tracks).Single().Field.ShouldBe("tracks");
    }

    [Fact]
    public void A_track_stands_in_a_request_once()
    {
        var violation = FaultsOf(new Track { TrackId = "t1" }, new Track { TrackId = "t2" }, new Track { TrackId = "t1" }).Single();
        violation.ShouldBe(new FieldViolation("tracks[2].track_id", "must not repeat, stands in tracks[0] already"));
    }

    private static Track Good(Action<Track> change)
    {
        var track = new Track
        {
            TrackId = "t1",
            Title = "Ænima",
            Artist = "Tool",
            Album = "Ænima",
            Genres = { "progressive metal" },
            Duration = Duration.FromTimeSpan(TimeSpan.FromMinutes(6.5)),
        };
        change(track);
        return track;
    }

    private static FieldViolations FaultsOf(params Track[] tracks)
    {
        var violations = new FieldViolations();
        TrackRules.Check(tracks, violations);
        return violations;
    }
}
