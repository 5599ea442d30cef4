using RecSys.Algorithms.Features;

namespace RecSys.Trainer.Ranking;

/// <summary>Numbers artists, albums and genres in the order in which they come up.</summary>
internal sealed class CatalogueBuilder(int itemCount)
{
    private readonly Dictionary<string, int> _artists = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Artist, string Album), int> _albums = [];
    private readonly Dictionary<string, int> _genres = new(StringComparer.Ordinal);
    private readonly (int Artist, int Album, int[] Genres)?[] _items = new (int, int, int[])?[itemCount];

    /// <summary>Items that something is known of.</summary>
    public int KnownCount => _items.Count(item => item is not null);

    /// <summary>The name of each genre index.</summary>
    public string[] GenreNames => [.. _genres.Keys];

    /// <summary>Says what is known of an item; empty for unknown.</summary>
    public void Set(int itemIndex, string artist, string album, IEnumerable<string> genres)
    {
        // Albums of two artists may have one name.
        _items[itemIndex] = (
            artist.Length == 0 ? -1 : IndexOf(_artists, artist),
            album.Length == 0 ? -1 : IndexOf(_albums, (artist, album)),
            [.. genres.Where(genre => genre.Length > 0).Select(genre => IndexOf(_genres, genre)).Distinct()]);
    }

    public CatalogueIndex Build()
    {
        var offsets = new long[itemCount + 1];
        for (var item = 0; item < itemCount; item++)
        {
            offsets[item + 1] = offsets[item] + (_items[item]?.Genres.Length ?? 0);
        }

        return new CatalogueIndex(
            Array.ConvertAll(_items, item => item?.Artist ?? -1),
            Array.ConvertAll(_items, item => item?.Album ?? -1),
            offsets,
            [.. _items.SelectMany(item => item?.Genres ?? [])]);
    }

    private static int IndexOf<TKey>(Dictionary<TKey, int> indices, TKey key)
        where TKey : notnull
    {
        if (!indices.TryGetValue(key, out var index))
        {
            index = indices.Count;
            indices.Add(key, index);
        }

        return index;
    }
}
