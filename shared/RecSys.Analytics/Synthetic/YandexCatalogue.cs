using RecSys.Algorithms;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Synthetic;

/// <summary>
/// Makes up the catalogue and leaves it in tables of a connection. A scene is a genre's kind, such as "velvet dream pop":
/// it has artists of its own, and listeners who like one of them like the others. Tracks of an artist follow each other.
/// </summary>
internal sealed class YandexCatalogue
{
    public const int GenreCount = 16;

    // An artist of rank r has weight 1 / (r + 30), a track of rank r of its artist 1 / (r + 1.5): few hits, a long tail.
    private const double ArtistRankOffset = 30;
    private const double TrackRankOffset = 1.5;

    // Tracks of an artist: Pareto from 1.5 with exponent 1.3, six on average, two thousand at most.
    private const double SizeMinimum = 1.5;
    private const double SizeExponent = 1.3;
    private const int SizeMaximum = 2_000;

    private const double SilentArtistShare = 0.004;
    private const double SingleShare = 0.3;
    private const double SecondArtistShare = 0.1;

    // A scene has at least this many tracks on average, so that a small catalogue has fewer scenes.
    private const int MinSceneTracks = 60;

    // Ids have gaps, as those of a catalogue that has grown for years.
    private const int FirstTrackId = 26;
    private const int TrackSpread = 101;
    private const int ArtistSpread = 103;
    private const int AlbumSpread = 29;

    // No catalogue lists these.
    private const int UnknownArtist = 2_000_000_011;
    private const int UnknownAlbum = 2_000_000_033;
    private const int UnknownGenre = 999_983;

    private readonly SplitMix _random;
    private readonly NameBook _names;
    private int _appended;

    private YandexCatalogue(int trackCount, int seed)
    {
        TrackCount = trackCount;
        ScenesPerGenre = Math.Clamp(trackCount / (GenreCount * MinSceneTracks), 1, GenreWords.All[0].Adjectives.Length);
        _random = new SplitMix((ulong)seed);
        _names = new NameBook(_random);
    }

    private enum Kind : sbyte
    {
        Album,
        Artist,
        Genre,
        Track,
    }

    public int TrackCount { get; }

    /// <summary>Scenes of each genre; scene s is of genre s / ScenesPerGenre.</summary>
    public int ScenesPerGenre { get; }

    public int SceneCount => GenreCount * ScenesPerGenre;

    public int ArtistCount { get; private set; }

    public int AlbumCount { get; private set; }

    public int NamedGenreCount => GenreCount + SceneCount;

    /// <summary>The SQL of a track's id, given its number in the catalogue.</summary>
    public static string TrackIdSql(string track) => $"{FirstTrackId} + {track} * {TrackSpread} + {track} * 7 % {TrackSpread}";

    /// <summary>
    /// Makes the tables <c>tracks</c> and <c>names</c>. A share of the tracks lacks an artist, album or genre, or refers to
    /// one that has no name.
    /// </summary>
    public static YandexCatalogue Create(EngineConnection connection, YandexLogOptions options, CancellationToken cancellationToken)
    {
        var catalogue = new YandexCatalogue(options.TrackCount, options.Seed);
        connection.Execute(
            "CREATE TEMP TABLE tracks (track INTEGER, id INTEGER, scene INTEGER, artist_first INTEGER, artist_size INTEGER, is_heard BOOLEAN, weight DOUBLE, album INTEGER, single INTEGER, artist INTEGER, second_artist INTEGER, genre INTEGER, scene_genre INTEGER)",
            cancellationToken);
        connection.Execute("CREATE TEMP TABLE names (kind TINYINT, id INTEGER, name VARCHAR)", cancellationToken);
        using var tracks = connection.Append("tracks");
        using var names = connection.Append("names");
        catalogue.AppendGenres(names);
        while (catalogue._appended < options.TrackCount)
        {
            cancellationToken.ThrowIfCancellationRequested();
            catalogue.AppendArtist(tracks, names);
        }

        tracks.Complete();
        names.Complete();
        return catalogue;
    }

    // Positions of a spread-out numbering: ascending, with gaps.
    private static int SparseId(int number, int first, int spread) => first + (number * spread) + (int)(number * 7L % spread);

    private static void AppendName(EngineAppender names, Kind kind, int id, string name)
    {
        names.Add((sbyte)kind).Add(id).Add(name).EndRow();
    }

    private static int GenreId(int genre) => 1 + genre;

    private static int SceneId(int scene) => 100 + (7 * scene);

    private void AppendGenres(EngineAppender names)
    {
        for (var genre = 0; genre < GenreCount; genre++)
        {
            AppendName(names, Kind.Genre, GenreId(genre), GenreWords.All[genre].Name);
        }

        for (var scene = 0; scene < SceneCount; scene++)
        {
            var words = GenreWords.All[scene / ScenesPerGenre];
            AppendName(names, Kind.Genre, SceneId(scene), $"{words.Adjectives[scene % ScenesPerGenre].ToLowerInvariant()} {words.Name}");
        }
    }

    private void AppendArtist(EngineAppender tracks, EngineAppender names)
    {
        // The first artists take the scenes in turn, so that every scene has one who is heard.
        var isFirstOfScene = ArtistCount < SceneCount;
        var scene = isFirstOfScene ? ArtistCount : SceneOfRank((int)(SceneCount * Math.Pow(_random.NextDouble(), 1.5)));
        var isHeard = isFirstOfScene || !_random.Chance(SilentArtistShare);
        var first = _appended;
        var size = isFirstOfScene
            ? _random.NextInt(4, 8)
            : (int)Math.Min(SizeMinimum * Math.Pow(1 - _random.NextDouble(), -1 / SizeExponent), SizeMaximum);
        size = Math.Min(size, TrackCount - first);
        var weight = 1 / (_random.NextInt(20_000) + ArtistRankOffset);
        var words = GenreWords.All[scene / ScenesPerGenre];
        var artist = SparseId(ArtistCount++, 4, ArtistSpread);
        AppendName(names, Kind.Artist, artist, _names.Artist(words));
        _appended += size;
        var album = 0;
        var left = 0;
        for (var i = 0; i < size; i++)
        {
            if (left == 0)
            {
                left = _random.NextInt(3, 13);
                album = NextAlbum(names, _names.AnyAlbum(words));
            }

            left--;
            var track = first + i;
            var id = SparseId(track, FirstTrackId, TrackSpread);
            var title = _names.AnyTrack(words);
            AppendName(names, Kind.Track, id, title);
            tracks.Add(track).Add(id).Add(scene).Add(first).Add(size).Add(isHeard).Add(weight / (_random.NextInt(size) + TrackRankOffset));
            AppendReferences(tracks, album, _random.Chance(SingleShare) ? NextAlbum(names, title) : null, artist, scene);
            tracks.EndRow();
        }
    }

    // Six tracks of a hundred have something that cleaning is there for.
    private void AppendReferences(EngineAppender tracks, int album, int? single, int artist, int scene)
    {
        var fault = _random.NextDouble();
        int? secondArtist = ArtistCount > 1 && _random.Chance(SecondArtistShare) ? SparseId(_random.NextInt(ArtistCount), 4, ArtistSpread) : null;
        tracks
            .Add(fault < 0.006 ? null : fault < 0.012 ? UnknownAlbum : album)
            .Add(fault < 0.006 ? null : single)
            .Add(fault is >= 0.012 and < 0.022 ? null : fault is >= 0.022 and < 0.032 ? UnknownArtist : artist)
            .Add(fault is >= 0.012 and < 0.022 || secondArtist == artist ? null : secondArtist)
            .Add(fault is >= 0.032 and < 0.045 ? null : fault is >= 0.045 and < 0.060 ? UnknownGenre : GenreId(scene / ScenesPerGenre))
            .Add(fault is >= 0.032 and < 0.060 ? (int?)null : SceneId(scene));
    }

    private int NextAlbum(EngineAppender names, string name)
    {
        var id = SparseId(AlbumCount++, 3, AlbumSpread);
        AppendName(names, Kind.Album, id, name);
        return id;
    }

    /// <summary>The scene of a popularity rank; 37 has no factor in common with any number of scenes.</summary>
    private int SceneOfRank(int rank) => rank * 37 % SceneCount;
}
