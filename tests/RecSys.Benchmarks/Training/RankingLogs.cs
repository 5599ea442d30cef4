using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using RecSys.Algorithms.Features;
using RecSys.Analytics.Synthetic;
using RecSys.Lake;
using RecSys.Trainer.Steps;

namespace RecSys.Benchmarks.Training;

/// <summary>Logs with times to rank on: MovieLens ratings, a botify service log, or the generated demo log.</summary>
internal static class RankingLogs
{
    public static CataloguedListens Read(BenchmarkArguments arguments)
    {
        var folder = arguments.Get("data", "");
        return arguments.Get("format", "demo") switch
        {
            "ml" => ReadMovieLens(folder),
            "botify" => ReadBotify(folder, arguments.Get("files", 12)),
            _ => Generate(arguments),
        };
    }

    private static CataloguedListens ReadMovieLens(string folder)
    {
        var genres = new Dictionary<string, string[]>();
        foreach (var line in Lines(Find(folder, "movies.csv")).Skip(1))
        {
            genres[line[..line.IndexOf(',')]] = line[(line.LastIndexOf(',') + 1)..].Split('|');
        }

        var builder = new Builder();
        foreach (var line in Lines(Find(folder, "ratings.csv")).Skip(1))
        {
            var parts = line.Split(',');
            builder.Add(
                parts[0], parts[1], "", "", genres.GetValueOrDefault(parts[1], []),
                long.Parse(parts[3], CultureInfo.InvariantCulture) * 1_000_000, float.NaN);
        }

        return builder.Build();
    }

    private static CataloguedListens ReadBotify(string folder, int fileCount)
    {
        var builder = new Builder();
        foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Take(fileCount))
        {
            foreach (var line in Lines(file))
            {
                using var json = JsonDocument.Parse(line);
                var row = json.RootElement;
                builder.Add(
                    $"{row.GetProperty("user")}", $"{row.GetProperty("track")}", "", "", [],
                    (long)(row.GetProperty("timestamp").GetDouble() * 1_000), row.GetProperty("time").GetSingle());
            }
        }

        return builder.Build();
    }

    private static CataloguedListens Generate(BenchmarkArguments arguments)
    {
        var log = SyntheticLog.Generate(new SyntheticLogOptions
        {
            EndsAt = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            UserCount = arguments.Get("users", 1_000),
            TrackCount = arguments.Get("tracks", 5_000),
            ListenCount = arguments.Get("listens", 300_000),
        });
        var tracks = log.Tracks.ToDictionary(track => track.TrackId);
        var builder = new Builder();
        foreach (var listen in log.Listens)
        {
            var track = tracks[listen.TrackId];
            builder.Add(
                listen.UserId, listen.TrackId, track.Artist, track.Album, track.Genres, listen.ListenedAt.ToUnixTimeMilliseconds() * 1_000,
                listen.PlayedShare ?? float.NaN);
        }

        return builder.Build();
    }

    private static string Find(string folder, string name) =>
        File.Exists(Path.Combine(folder, name)) ? Path.Combine(folder, name) : Path.Combine(folder, name + ".gz");

    private static IEnumerable<string> Lines(string file)
    {
        using var stream = File.OpenRead(file);
        using var text = new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private sealed class Builder
    {
        private readonly Dictionary<string, int> _users = [];
        private readonly Dictionary<string, int> _tracks = [];
        private readonly List<(int User, int Item, long Time, float Share)> _listens = [];
        private readonly List<(string Artist, string Album, string[] Genres)> _items = [];

        public void Add(string user, string track, string artist, string album, IEnumerable<string> genres, long time, float share)
        {
            if (!_tracks.TryGetValue(track, out var item))
            {
                _tracks[track] = item = _items.Count;
                _items.Add((artist, album, [.. genres]));
            }

            _listens.Add((IndexOf(_users, user), item, time, share));
        }

        public CataloguedListens Build()
        {
            var catalogue = new CatalogueBuilder(_items.Count);
            for (var item = 0; item < _items.Count; item++)
            {
                catalogue.Set(item, _items[item].Artist, _items[item].Album, _items[item].Genres);
            }

            return new CataloguedListens(
                ListensByUser.Create(
                    _users.Count,
                    _items.Count,
                    [.. _listens.Select(l => l.User)],
                    [.. _listens.Select(l => l.Item)],
                    [.. _listens.Select(l => l.Time)],
                    [.. _listens.Select(l => l.Share)],
                    [.. _listens.Select(_ => 1f)]),
                catalogue.Build(),
                catalogue.GenreNames,
                [.. Enumerable.Range(0, _users.Count)]);
        }

        private static int IndexOf(Dictionary<string, int> indices, string key)
        {
            if (!indices.TryGetValue(key, out var index))
            {
                indices[key] = index = indices.Count;
            }

            return index;
        }
    }
}
