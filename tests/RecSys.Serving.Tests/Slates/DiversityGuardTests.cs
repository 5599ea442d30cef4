using RecSys.Serving.Slates;

namespace RecSys.Serving.Tests.Slates;

public sealed class DiversityGuardTests
{
    [Fact]
    public void An_artists_third_track_makes_room_for_others() =>
        Choose(["a1", "a2", "a3", "b1", "a4", "c1"], slateSize: 4).ShouldBe(["a1", "a2", "b1", "c1"]);

    [Fact]
    public void A_slate_is_filled_with_the_best_that_were_passed_over_rather_than_shortened() =>
        Choose(["a1", "a2", "a3", "a4", "b1"], slateSize: 4).ShouldBe(["a1", "a2", "a3", "b1"]);

    [Fact]
    public void The_order_by_score_stays() =>
        Choose(["a1", "a2", "a3", "a4", "a5", "b1", "c1"], slateSize: 6).ShouldBe(["a1", "a2", "a3", "a4", "b1", "c1"]);

    [Fact]
    public void Tracks_without_an_artist_are_not_limited() =>
        Choose(["?1", "?2", "?3", "a1"], slateSize: 4).ShouldBe(["?1", "?2", "?3", "a1"]);

    [Fact]
    public void Fewer_tracks_than_wanted_are_all_taken()
    {
        Choose(["a1"], slateSize: 4).ShouldBe(["a1"]);
        Choose([], slateSize: 4).ShouldBeEmpty();
    }

    // A track's first letter is its artist.
    private static IEnumerable<string> Choose(string[] trackIds, int slateSize) =>
        DiversityGuard.Choose(
                [.. trackIds.Select((trackId, place) => new SlateTrack(trackId, 1.0 / (place + 1), []))],
                slateSize,
                maxPerArtist: 2,
                trackId => trackId[0] == '?' ? "" : trackId[..1])
            .Select(track => track.TrackId);
}
