using System.Globalization;
using RecSys.Algorithms;
using RecSys.Lake;

namespace RecSys.Analytics.Synthetic;

/// <summary>Generated artists, albums and tracks. Popularity falls with rank, among artists and among an artist's tracks.</summary>
internal sealed class SyntheticCatalogue
{
    // An artist of rank r has weight 1 / (r + 12), a track of rank r in its album 1 / (r + 1.5): few hits, a long tail.
    private const double ArtistRankOffset = 12;
    private const double TrackRankOffset = 1.5;

    // One artist in four also plays a neighbouring genre; one later album in three comes out during the log.
    private const double SecondGenreShare = 0.25;
    private const double NewAlbumShare = 0.34;

    private readonly WeightedChoice _tracksByWeight;
    private readonly WeightedChoice[] _artistsByGenre;
    private readonly int[][] _artistsOfGenre;
    private readonly WeightedChoice[] _tracksOfAlbum;

    private SyntheticCatalogue(
        List<SyntheticArtist> artists, List<SyntheticAlbum> albums, List<LakeTrack> tracks, List<int> durations, List<double> weights)
    {
        Artists = artists;
        Albums = albums;
        Tracks = tracks;
        DurationSeconds = durations;
        AlbumOfTrack = new int[tracks.Count];
        var trackWeights = new double[tracks.Count];
        _tracksOfAlbum = new WeightedChoice[albums.Count];
        for (var a = 0; a < albums.Count; a++)
        {
            var album = albums[a];
            Array.Fill(AlbumOfTrack, a, album.FirstTrack, album.TrackCount);
            _tracksOfAlbum[a] = new WeightedChoice(weights.GetRange(album.FirstTrack, album.TrackCount));
            for (var t = album.FirstTrack; t < album.FirstTrack + album.TrackCount; t++)
            {
                trackWeights[t] = weights[t] * artists[album.Artist].Weight;
            }
        }

        _tracksByWeight = new WeightedChoice(trackWeights);

        // A catalogue of a few artists lacks genres; who likes those takes what there is.
        var all = Enumerable.Range(0, artists.Count).ToArray();
        _artistsOfGenre = [.. Enumerable.Range(0, GenreWords.All.Length)
            .Select(genre => all.Where(a => artists[a].Genre == genre || artists[a].SecondGenre == genre).ToArray())
            .Select(of => of.Length > 0 ? of : all)];
        _artistsByGenre = [.. _artistsOfGenre.Select(of => new WeightedChoice(of.Select(a => artists[a].Weight)))];
    }

    public IReadOnlyList<SyntheticArtist> Artists { get; }

    public IReadOnlyList<SyntheticAlbum> Albums { get; }

    public IReadOnlyList<LakeTrack> Tracks { get; }

    public IReadOnlyList<int> DurationSeconds { get; }

    public int[] AlbumOfTrack { get; }

    public static SyntheticCatalogue Generate(int trackCount, int days, SplitMix random)
    {
        var names = new NameBook(random);
        var artists = new List<SyntheticArtist>();
        var albums = new List<SyntheticAlbum>();
        var tracks = new List<LakeTrack>(trackCount);
        var durations = new List<int>(trackCount);
        var weights = new List<double>(trackCount);
        var ranks = ShuffledRanks(trackCount, random);
        while (tracks.Count < trackCount)
        {
            // The first artists take the genres in turn, so that a small catalogue has them all.
            var genreCount = GenreWords.All.Length;
            var genre = artists.Count < genreCount ? artists.Count : random.NextInt(genreCount);
            var second = random.Chance(SecondGenreShare) ? Neighbour(genre, random) : genre;
            var words = GenreWords.All[genre];
            var artistName = names.Artist(words);
            string[] genres = second == genre ? [words.Name] : [words.Name, GenreWords.All[second].Name];
            var firstAlbum = albums.Count;
            var albumCount = random.NextInt(1, 5);
            for (var a = 0; a < albumCount && tracks.Count < trackCount; a++)
            {
                var size = Math.Min(random.NextInt(5, 12), trackCount - tracks.Count);
                var released = a > 0 && random.Chance(NewAlbumShare) ? random.NextInt(1, Math.Max(2, days * 9 / 10)) : 0;
                albums.Add(new SyntheticAlbum(artists.Count, tracks.Count, size, released));
                var albumName = names.Album(words);
                for (var t = 0; t < size; t++)
                {
                    var id = string.Create(CultureInfo.InvariantCulture, $"t{tracks.Count + 1:D5}");
                    tracks.Add(new LakeTrack(id, names.Track(words), artistName, albumName, genres));
                    durations.Add(random.NextInt(120, 290));
                    weights.Add(1 / (random.NextInt(size) + TrackRankOffset));
                }
            }

            artists.Add(new SyntheticArtist(
                genre, second, firstAlbum, albums.Count - firstAlbum, 1 / (ranks[artists.Count] + ArtistRankOffset)));
        }

        return new SyntheticCatalogue(artists, albums, tracks, durations, weights);
    }

    /// <summary>The genre before or after, which sounds alike.</summary>
    public static int Neighbour(int genre, SplitMix random) =>
        (genre + (random.Chance(0.5) ? 1 : GenreWords.All.Length - 1)) % GenreWords.All.Length;

    /// <summary>An artist of a genre, popular ones more often.</summary>
    public int DrawArtist(int genre, SplitMix random) => _artistsOfGenre[genre][_artistsByGenre[genre].Draw(random)];

    /// <summary>An album of an artist that is out on a day.</summary>
    public int DrawAlbum(int artist, int day, SplitMix random)
    {
        var (first, count) = (Artists[artist].FirstAlbum, Artists[artist].AlbumCount);
        var album = first + random.NextInt(count);
        return Albums[album].ReleaseDay <= day ? album : first;
    }

    /// <summary>A track of an album, its hits more often.</summary>
    public int DrawTrack(int album, SplitMix random) => Albums[album].FirstTrack + _tracksOfAlbum[album].Draw(random);

    /// <summary>A track that is out on a day, by its popularity overall.</summary>
    public int DrawHit(int day, SplitMix random)
    {
        while (true)
        {
            var track = _tracksByWeight.Draw(random);
            if (Albums[AlbumOfTrack[track]].ReleaseDay <= day)
            {
                return track;
            }
        }
    }

    // Ranks for more artists than there can be, shuffled, so that fame has nothing to do with the order of names.
    private static int[] ShuffledRanks(int trackCount, SplitMix random)
    {
        var ranks = Enumerable.Range(0, Math.Max(trackCount / 18, 16)).ToArray();
        for (var i = ranks.Length - 1; i > 0; i--)
        {
            var j = random.NextInt(i + 1);
            (ranks[i], ranks[j]) = (ranks[j], ranks[i]);
        }

        return ranks;
    }
}

/// <summary>An artist: consecutive albums of the catalogue.</summary>
/// <param name="Genre">Index of the genre, in <see cref="GenreWords.All"/>.</param>
/// <param name="SecondGenre">Index of a neighbouring genre; the same as <paramref name="Genre"/> when there is none.</param>
/// <param name="FirstAlbum">Index of the first album; the first is always there from the start.</param>
/// <param name="AlbumCount">Number of albums.</param>
/// <param name="Weight">Popularity; only ratios mean something.</param>
internal sealed record SyntheticArtist(int Genre, int SecondGenre, int FirstAlbum, int AlbumCount, double Weight);

/// <summary>An album: consecutive tracks of the catalogue, in the album's order.</summary>
/// <param name="Artist">Index of its artist.</param>
/// <param name="FirstTrack">Index of its first track.</param>
/// <param name="TrackCount">Number of its tracks.</param>
/// <param name="ReleaseDay">Day of the log on which it comes out; 0 when it was there before.</param>
internal sealed record SyntheticAlbum(int Artist, int FirstTrack, int TrackCount, int ReleaseDay);
