using RecSys.Algorithms.Matrices;
using RecSys.Data.Histories;

namespace RecSys.TestKit.Models;

/// <summary>
/// A small log with tastes: users play tracks of their own taste, the first ones of it more often, and every fifth user one
/// track of another taste. What a model should recommend to whom is therefore known.
/// </summary>
public sealed class SampleLog
{
    private const int TracksPerArtist = 5;

    private static readonly string[] TasteNames = ["Ambient", "Metal", "Disco", "Folk", "Jazz", "Techno", "Choral", "Reggae"];

    private readonly int _tracksPerTaste;
    private readonly int _usersPerTaste;
    private readonly Dictionary<string, int> _items;

    /// <param name="prefix">What every track id begins with; two logs of different prefixes have no track in common.</param>
    /// <param name="tastes">1 to 8.</param>
    /// <param name="tracksPerTaste">Tracks of each taste.</param>
    /// <param name="usersPerTaste">Users of each taste.</param>
    /// <param name="seed">Seed of who plays what.</param>
    public SampleLog(string prefix = "", int tastes = 4, int tracksPerTaste = 30, int usersPerTaste = 20, int seed = 1)
    {
        _tracksPerTaste = tracksPerTaste;
        _usersPerTaste = usersPerTaste;
        TrackIds = [.. Enumerable.Range(0, tastes * tracksPerTaste).Select(item => $"{prefix}{TasteNames[item / tracksPerTaste]}-{item % tracksPerTaste:000}")];
        UserIds = [.. Enumerable.Range(0, tastes * usersPerTaste).Select(user => User(user / usersPerTaste, user % usersPerTaste))];
        _items = Enumerable.Range(0, TrackIds.Count).ToDictionary(item => TrackIds[item]);
        Plays = Play(tastes, new Random(seed));
    }

    /// <summary>The id of each user index.</summary>
    public IReadOnlyList<string> UserIds { get; }

    /// <summary>The id of each item index.</summary>
    public IReadOnlyList<string> TrackIds { get; }

    /// <summary>Rows are users, columns tracks, values plays.</summary>
    public SparseMatrix Plays { get; }

    /// <summary>A user's id.</summary>
    public static string User(int taste, int number) => $"{TasteNames[taste]}-listener-{number:000}";

    /// <summary>A track's id.</summary>
    public string Track(int taste, int number) => TrackIds[(taste * _tracksPerTaste) + number];

    /// <summary>The taste that a track is of.</summary>
    public int TasteOf(string trackId) => _items[trackId] / _tracksPerTaste;

    /// <summary>The tracks that a user of the log has heard.</summary>
    public IReadOnlyList<string> HeardBy(string userId)
    {
        var user = UserIds.ToList().IndexOf(userId);
        return [.. Plays.RowColumns(user).ToArray().Select(item => TrackIds[item])];
    }

    /// <summary>How many users have heard a track.</summary>
    public int ListenersOf(string trackId) =>
        Enumerable.Range(0, UserIds.Count).Count(user => Plays.RowColumns(user).BinarySearch(_items[trackId]) >= 0);

    /// <summary>The catalogue, with names.</summary>
    public IEnumerable<TrackRow> Catalogue() => TrackIds.Select((trackId, item) =>
    {
        var taste = TasteNames[item / _tracksPerTaste];
        var number = item % _tracksPerTaste;
        return new TrackRow(
            trackId, $"{taste} Song {number}", $"{taste} Artist {number / TracksPerArtist}", $"{taste} Album {number / TracksPerArtist}", [taste]);
    });

    private SparseMatrix Play(int tastes, Random random)
    {
        var cells = new Dictionary<(int User, int Item), float>();
        for (var user = 0; user < UserIds.Count; user++)
        {
            var taste = user / _usersPerTaste;
            for (var play = 0; play < _tracksPerTaste; play++)
            {
                // The product of two draws prefers small numbers: the taste's hits.
                var number = (int)(random.NextDouble() * random.NextDouble() * _tracksPerTaste);
                var item = (taste * _tracksPerTaste) + number;
                cells[(user, item)] = cells.GetValueOrDefault((user, item)) + 1;
            }

            if (user % 5 == 0)
            {
                cells[(user, (((taste + 1) % tastes) * _tracksPerTaste) + random.Next(_tracksPerTaste))] = 1;
            }
        }

        return SparseMatrix.FromTriples(
            UserIds.Count,
            TrackIds.Count,
            cells.Keys.Select(cell => cell.User).ToArray(),
            cells.Keys.Select(cell => cell.Item).ToArray(),
            cells.Values.ToArray());
    }
}
