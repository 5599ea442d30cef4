using RecSys.Algorithms;
using RecSys.Lake;
namespace RecSys.Analytics.Synthetic;

/// <summary>Plays one generated listener's sessions, in the order of time.</summary>
internal sealed class ListenerHistory(
    SyntheticCatalogue catalogue, string userId, ListenerTaste taste, DateTimeOffset start, SplitMix random)
{
    // How a session goes on: an album from its start, heard tracks again, artists of the taste, or what everybody plays.
    private static readonly WeightedChoice Modes = new([0.44, 0.26, 0.22, 0.08]);

    private readonly List<int> _heard = [];
    private int _nextInAlbum = -1;

    /// <summary>Plays one session that begins in a slot of the log and ends within it.</summary>
    public void Play(int slot, int length, List<LakeListen> listens)
    {
        var day = slot / SyntheticLog.SlotsPerDay;
        var time = start + (slot * SyntheticLog.SlotLength) + TimeSpan.FromMilliseconds(random.NextInt(20 * 60 * 1000));
        var mode = Modes.Draw(random);
        _nextInAlbum = -1;
        for (var i = 0; i < length; i++)
        {
            // Now and then a listener changes their mind within a session.
            mode = i > 0 && random.Chance(0.06) ? Modes.Draw(random) : mode;
            var track = NextTrack(mode, day);
            var share = PlayedShare(track);
            var told = random.Chance(0.96);
            listens.Add(new LakeListen(userId, catalogue.Tracks[track].TrackId, time, told ? share : null));
            _heard.Add(track);
            time += TimeSpan.FromMilliseconds(((int)(catalogue.DurationSeconds[track] * share) * 1000L) + random.NextInt(400, 4000));
        }
    }

    private int NextTrack(int mode, int day)
    {
        switch (mode)
        {
            case 0:
                if (_nextInAlbum < 0)
                {
                    var artist = random.Chance(0.8) ? taste.DrawFavouriteArtist(random) : taste.DrawArtist(catalogue, random);
                    _nextInAlbum = catalogue.Albums[catalogue.DrawAlbum(artist, day, random)].FirstTrack;
                }

                var track = _nextInAlbum;
                var album = catalogue.Albums[catalogue.AlbumOfTrack[track]];
                _nextInAlbum = track + 1 < album.FirstTrack + album.TrackCount ? track + 1 : -1;
                return track;
            case 1 when _heard.Count > 0:
                return random.Pick(_heard);
            case 3:
                return catalogue.DrawHit(day, random);
            default:
                var liked = random.Chance(0.45) ? taste.DrawFavouriteArtist(random) : taste.DrawArtist(catalogue, random);
                return catalogue.DrawTrack(catalogue.DrawAlbum(liked, day, random), random);
        }
    }

    private float PlayedShare(int track)
    {
        var liked = taste.Likes(catalogue, catalogue.Albums[catalogue.AlbumOfTrack[track]].Artist);
        if (random.Chance(liked ? 0.93 : 0.5))
        {
            return 1f;
        }

        return (liked ? random.NextInt(20, 96) : random.NextInt(2, 50)) / 100f;
    }
}
