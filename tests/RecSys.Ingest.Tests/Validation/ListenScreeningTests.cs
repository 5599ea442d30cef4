using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Deletions;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Tests.Validation;

public sealed class ListenScreeningTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 15, 9, 26, TimeSpan.Zero);

    [Fact]
    public void Good_repeated_and_bad_listens_are_told_apart()
    {
        Listen[] listens = [At(0), At(1), new Listen { UserId = "ana" }, At(0), At(2)];

        var screened = ListenScreening.Screen(listens, Now, DeletedUsers.None);

        screened.Good.ShouldBe([listens[0], listens[1], listens[4]]);
        screened.Duplicates.ShouldBe(1);
        var bad = screened.Bad.Single();
        bad.Index.ShouldBe(2);
        bad.Event.ShouldBe(listens[2]);
        bad.Violations.Select(violation => violation.Field).ShouldBe(["track_id", "listen_time"]);
        bad.Reason.ShouldBe("track_id must not be empty, unless artist and title are given; listen_time must be set to when the play began");
    }

    [Fact]
    public void Times_that_differ_below_the_microsecond_are_the_same_listen()
    {
        var later = At(0);
        later.ListenTime.Nanos += 999;
        var next = At(0);
        next.ListenTime.Nanos += 1_000;

        var screened = ListenScreening.Screen([At(0), later, next], Now, DeletedUsers.None);

        screened.Good.Count.ShouldBe(2);
        screened.Duplicates.ShouldBe(1);
    }

    [Fact]
    public void A_bad_listen_does_not_make_a_good_one_a_duplicate()
    {
        var bad = At(0);
        bad.PlayedShare = 7;

        var screened = ListenScreening.Screen([bad, At(0)], Now, DeletedUsers.None);

        screened.Good.Count.ShouldBe(1);
        screened.Duplicates.ShouldBe(0);
        screened.Bad.Count.ShouldBe(1);
    }

    [Fact]
    public void Tracks_without_an_id_are_told_apart_by_artist_and_title_together()
    {
        static Listen Named(string artist, string title)
        {
            var listen = At(0);
            (listen.TrackId, listen.Artist, listen.Title) = ("", artist, title);
            return listen;
        }

        var screened = ListenScreening.Screen([Named("Tool", "Lateralus"), Named("TOOL ", "lateralus"), Named("Other", "Lateralus")], Now, DeletedUsers.None);

        screened.Good.Select(listen => listen.Artist).ShouldBe(["Tool", "Other"]);
        screened.Duplicates.ShouldBe(1);
    }

    private static Listen At(int secondsAgo) =>
        new() { UserId = "ana", TrackId = "track-7", ListenTime = Now.AddSeconds(-secondsAgo).ToTimestamp() };
}
