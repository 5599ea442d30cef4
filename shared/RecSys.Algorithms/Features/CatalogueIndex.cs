namespace RecSys.Algorithms.Features;

/// <summary>Artist, album and genres of each item as indices; −1, or no genres, where the catalogue doesn't say.</summary>
public sealed class CatalogueIndex
{
    private readonly int[] _artists;
    private readonly int[] _albums;
    private readonly long[] _genreOffsets;
    private readonly int[] _genres;

    /// <param name="artists">The artist of each item.</param>
    /// <param name="albums">The album of each item.</param>
    /// <param name="genreOffsets">Where each item's genres begin, and the end: item count + 1 values.</param>
    /// <param name="genres">The genres of all items, of each the main one first.</param>
    /// <exception cref="AlgorithmException">The arrays do not fit together.</exception>
    public CatalogueIndex(int[] artists, int[] albums, long[] genreOffsets, int[] genres)
    {
        ArgumentNullException.ThrowIfNull(artists);
        ArgumentNullException.ThrowIfNull(albums);
        ArgumentNullException.ThrowIfNull(genreOffsets);
        ArgumentNullException.ThrowIfNull(genres);
        var fits = albums.Length == artists.Length && genreOffsets.Length == artists.Length + 1 && genreOffsets[0] == 0
            && genreOffsets[^1] == genres.Length && !genres.AsSpan().ContainsAnyExceptInRange(0, int.MaxValue);
        for (var item = 0; fits && item < artists.Length; item++)
        {
            fits = genreOffsets[item + 1] >= genreOffsets[item];
        }

        if (!fits)
        {
            throw new AlgorithmException(AlgorithmError.MismatchedSizes, "Artists, albums and genres of the items do not fit together.");
        }

        (_artists, _albums, _genreOffsets, _genres) = (artists, albums, genreOffsets, genres);
    }

    /// <summary>Number of items.</summary>
    public int ItemCount => _artists.Length;

    /// <summary>The artist of each item.</summary>
    public ReadOnlyMemory<int> Artists => _artists;

    /// <summary>The album of each item.</summary>
    public ReadOnlyMemory<int> Albums => _albums;

    /// <summary>Where each item's genres begin, and the end.</summary>
    public ReadOnlyMemory<long> GenreOffsets => _genreOffsets;

    /// <summary>The genres of all items.</summary>
    public ReadOnlyMemory<int> AllGenres => _genres;

    /// <summary>A catalogue that says nothing of its items.</summary>
    public static CatalogueIndex Empty(int itemCount)
    {
        var unknown = new int[itemCount];
        Array.Fill(unknown, -1);
        return new CatalogueIndex(unknown, unknown, new long[itemCount + 1], []);
    }

    /// <summary>The same of some items, numbered anew in the order given.</summary>
    public CatalogueIndex Select(IReadOnlyList<int> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var offsets = new long[items.Count + 1];
        var genres = new List<int>();
        for (var item = 0; item < items.Count; item++)
        {
            genres.AddRange(GenresOf(items[item]));
            offsets[item + 1] = genres.Count;
        }

        return new CatalogueIndex(
            [.. items.Select(item => _artists[item])], [.. items.Select(item => _albums[item])], offsets, [.. genres]);
    }

    /// <summary>The artist of an item; −1 when unknown.</summary>
    public int ArtistOf(int itemIndex) => _artists[itemIndex];

    /// <summary>The album of an item; −1 when unknown.</summary>
    public int AlbumOf(int itemIndex) => _albums[itemIndex];

    /// <summary>The genres of an item, the main one first; none when unknown.</summary>
    public ReadOnlySpan<int> GenresOf(int itemIndex) =>
        _genres.AsSpan((int)_genreOffsets[itemIndex], (int)(_genreOffsets[itemIndex + 1] - _genreOffsets[itemIndex]));
}
