using RecSys.Algorithms;

namespace RecSys.Analytics.Synthetic;

/// <summary>What one generated listener likes: a mixture of genres, and favourite artists from it.</summary>
internal sealed class ListenerTaste
{
    // The favourite genre, its neighbour, and one from anywhere.
    private static readonly double[] GenreShares = [0.62, 0.22, 0.16];

    private readonly WeightedChoice _genreChoice = new(GenreShares);
    private readonly WeightedChoice _artistChoice;
    private readonly int[] _artists;
    private readonly HashSet<int> _artistSet;

    public ListenerTaste(SyntheticCatalogue catalogue, WeightedChoice favouriteGenres, SplitMix random)
    {
        var favourite = favouriteGenres.Draw(random);
        var neighbour = SyntheticCatalogue.Neighbour(favourite, random);
        var other = random.NextInt(GenreWords.All.Length);
        Genres = [favourite, neighbour, other == favourite || other == neighbour ? SyntheticCatalogue.Neighbour(neighbour, random) : other];
        if (Genres[2] == favourite)
        {
            Genres = [favourite, neighbour];
            _genreChoice = new WeightedChoice(GenreShares.Take(2));
        }

        _artistSet = [];
        var wanted = random.NextInt(8, 18);
        for (var draws = 0; _artistSet.Count < wanted && draws < wanted * 4; draws++)
        {
            _artistSet.Add(DrawArtist(catalogue, random));
        }

        _artists = [.. _artistSet];
        _artistChoice = new WeightedChoice(_artists.Select((_, rank) => 1 / (rank + 2.0)));
    }

    /// <summary>Indices of the liked genres, the favourite first.</summary>
    public int[] Genres { get; }

    public int DrawFavouriteArtist(SplitMix random) => _artists[_artistChoice.Draw(random)];

    public int DrawArtist(SyntheticCatalogue catalogue, SplitMix random) =>
        catalogue.DrawArtist(Genres[_genreChoice.Draw(random)], random);

    /// <summary>Whether this listener is likely to play a track of the artist to its end.</summary>
    public bool Likes(SyntheticCatalogue catalogue, int artist) =>
        _artistSet.Contains(artist) || Genres.Contains(catalogue.Artists[artist].Genre) || Genres.Contains(catalogue.Artists[artist].SecondGenre);
}

/// <summary>A generated listener.</summary>
/// <param name="UserId">A name such as <c>mila.otter</c>, unique in the log.</param>
/// <param name="Genres">The genres that this listener likes, the favourite first.</param>
public sealed record SyntheticListener(string UserId, IReadOnlyList<string> Genres);

/// <summary>Draws positions with given weights, by binary search in their running sums.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] _sums;

    public WeightedChoice(IEnumerable<double> weights)
    {
        _sums = [.. weights];
        for (var i = 1; i < _sums.Length; i++)
        {
            _sums[i] += _sums[i - 1];
        }
    }

    public int Draw(SplitMix random)
    {
        var at = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
        return Math.Min(at >= 0 ? at + 1 : ~at, _sums.Length - 1);
    }
}
