using RecSys.Algorithms.Als;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Synthetic;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Synthetic;

public sealed class YandexLogTests(YandexLogTests.Generated log, ITestOutputHelper output) : IClassFixture<YandexLogTests.Generated>
{
    [Fact]
    public void It_has_the_size_that_was_asked_for_and_the_columns_of_the_original()
    {
        log.Types("tracks").ShouldBe("track_id BIGINT, albums BIGINT[], artists BIGINT[], genres BIGINT[]");
        log.Types("catalog_names").ShouldBe("id BIGINT, type VARCHAR, name VARCHAR");
        log.Types("interactions").ShouldBe("user_id INTEGER, track_id INTEGER, track_seq SMALLINT, started_at TIMESTAMP");

        log.Count("SELECT count(*) FROM interactions").ShouldBe(Generated.Options.InteractionCount);
        log.Count("SELECT count(DISTINCT user_id) FROM interactions").ShouldBe(Generated.Options.UserCount);
        log.Count("SELECT count(*) FROM tracks").ShouldBe(Generated.Options.TrackCount);
        log.Count("SELECT count(DISTINCT track_id) FROM tracks").ShouldBe(Generated.Options.TrackCount);
        log.Summary.ShouldBe(new YandexLogSummary(
            Generated.Options.UserCount,
            Generated.Options.TrackCount,
            log.Count("SELECT count(DISTINCT id) FROM names WHERE type = 'artist'"),
            log.Count("SELECT count(DISTINCT id) FROM names WHERE type = 'album'"),
            log.Count("SELECT count(DISTINCT id) FROM names WHERE type = 'genre'"),
            Generated.Options.InteractionCount,
            new DirectoryInfo(log.Folder).EnumerateFiles().Sum(file => file.Length)));
        log.Count("SELECT count(*) FROM tracks ANTI JOIN (FROM names WHERE type = 'track') ON id = track_id").ShouldBe(0);
    }

    [Fact]
    public void A_users_listens_are_numbered_in_the_order_of_their_times_and_lie_within_the_days()
    {
        log.Count(
            """
            SELECT count(*) FROM (
                SELECT track_seq, started_at, row_number() OVER w AS number, lag(started_at) OVER w AS before
                FROM interactions WINDOW w AS (PARTITION BY user_id ORDER BY track_seq)
            ) WHERE track_seq <> number OR started_at <= before
            """).ShouldBe(0);
        log.Count("SELECT count(*) FROM interactions WHERE started_at < '2022-01-01' OR started_at >= '2023-01-01'").ShouldBe(0);
    }

    [Fact]
    public void Users_differ_in_activity_and_join_over_the_year()
    {
        log.Count("SELECT count(*) FROM (SELECT count(*) AS n FROM interactions GROUP BY user_id) WHERE n <= 3").ShouldBeInRange(60, 200);
        log.Count("SELECT max(n) FROM (SELECT count(*) AS n FROM interactions GROUP BY user_id)").ShouldBeGreaterThan(1_000);
        var spring = log.Count("SELECT count(*) FROM interactions WHERE month(started_at) = 3");
        log.Count("SELECT count(*) FROM interactions WHERE month(started_at) = 11").ShouldBeGreaterThan(2 * spring);
    }

    [Fact]
    public void Cleaning_has_something_to_do()
    {
        log.Count("SELECT count(*) FROM interactions ANTI JOIN tracks USING (track_id)").ShouldBeInRange(200, 1_200);
        log.Count("SELECT count(*) FROM tracks ANTI JOIN interactions USING (track_id)").ShouldBeGreaterThan(5);
        foreach (var (list, type) in ((string, string)[])[("albums", "album"), ("artists", "artist"), ("genres", "genre")])
        {
            log.Count($"SELECT count(*) FROM tracks WHERE len({list}) = 0").ShouldBeGreaterThan(0);
            log.Count($"SELECT count(*) FROM (SELECT unnest({list}) AS id FROM tracks) ANTI JOIN (FROM names WHERE type = '{type}') USING (id)").ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void Listens_repeat_and_popularity_has_a_long_tail()
    {
        log.Count("SELECT count(*) FROM (SELECT 1 FROM interactions GROUP BY user_id, track_id HAVING count(*) > 1)").ShouldBeGreaterThan(10_000);
        var top = log.Count("SELECT sum(n)::BIGINT FROM (SELECT count(*) AS n FROM interactions GROUP BY track_id ORDER BY n DESC LIMIT 40)");
        var share = (double)top / Generated.Options.InteractionCount;
        output.WriteLine($"the most popular hundredth of the tracks has {share:P1} of the listens");
        share.ShouldBeInRange(0.05, 0.5);
    }

    [Fact]
    public void The_next_track_is_often_of_the_same_artist_or_genre()
    {
        const string Pairs =
            """
            SELECT count(*) FROM (
                SELECT artists, genres, started_at, lag(artists) OVER w AS artists_before, lag(genres) OVER w AS genres_before, lag(started_at) OVER w AS before
                FROM interactions JOIN tracks USING (track_id) WINDOW w AS (PARTITION BY user_id ORDER BY track_seq)
            ) WHERE started_at - before < INTERVAL 15 MINUTE
            """;
        var pairs = (double)log.Count(Pairs);
        var artist = log.Count($"{Pairs} AND list_has_any(artists, artists_before)") / pairs;
        var genre = log.Count($"{Pairs} AND list_has_any(genres, genres_before)") / pairs;
        output.WriteLine($"same artist {artist:P1}, same genre {genre:P1} of {pairs} pairs");
        artist.ShouldBeGreaterThan(0.25);
        genre.ShouldBeGreaterThan(0.8);
    }

    [Fact]
    public void Taste_can_be_learned_from_it()
    {
        var users = Generated.Options.UserCount + (Generated.Options.UserCount / 233) + 1;
        var train = log.Matrix(users, "started_at < '2022-12-01'");
        var test = log.Matrix(users, "started_at >= '2022-12-01'");
        var options = new EvaluationOptions();

        var popular = Evaluator.Evaluate(PopularityModel.Fit(train), train, test, options)["recall@20"];
        var als = Evaluator.Evaluate(AlsModel.Fit(train, new AlsOptions { FactorCount = 32, Iterations = 8 }), train, test, options)["recall@20"];

        output.WriteLine($"recall@20 on the last month: popularity {popular:F4}, ALS {als:F4}");
        als.ShouldBeGreaterThan(2 * popular);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_rows_whatever_the_threads_and_another_seed_others()
    {
        using var folder = new TempFolder();
        var options = new YandexLogOptions { UserCount = 6_000, TrackCount = 1_000, InteractionCount = 100_000, Seed = 7 };
        long[] contents = [];
        foreach (var (threads, seed) in ((int, int)[])[(1, 7), (4, 7), (2, 8)])
        {
            var name = folder.File($"{threads}-{seed}");
            await YandexLogGenerator.WriteAsync(name, options with { Seed = seed }, new LakeEngineOptions { Threads = threads });
            contents = [.. contents, log.Count(
                $"SELECT bit_xor(hash(file_row_number, i))::HUGEINT % 4611686018427387904 FROM read_parquet('{name}/interactions.parquet', file_row_number = true) AS i")];
        }

        contents[1].ShouldBe(contents[0]);
        contents[2].ShouldNotBe(contents[0]);
    }

    [Fact]
    public async Task Little_memory_is_enough()
    {
        using var folder = new TempFolder();
        var options = new YandexLogOptions { UserCount = 20_000, TrackCount = 1_000, InteractionCount = 2_000_000 };
        var engine = new LakeEngineOptions { MemoryLimitBytes = 192 << 20, Threads = 2 };

        (await YandexLogGenerator.WriteAsync(folder.File("log"), options, engine)).Interactions.ShouldBe(2_000_000);

        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder.File("log")]);
    }

    [Fact]
    public async Task A_folder_with_something_in_it_and_sizes_out_of_range_are_refused()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("mine.txt"), "keep");

        (await Should.ThrowAsync<IOException>(() => YandexLogGenerator.WriteAsync(folder.Path, new YandexLogOptions()))).Message.ShouldContain("Name a new one");
        (await Should.ThrowAsync<ArgumentException>(() => YandexLogGenerator.WriteAsync(folder.File("new"), new YandexLogOptions { TrackCount = 3 })))
            .Message.ShouldContain("tracks must be");
        new YandexLogOptions { UserCount = 100, InteractionCount = 100 }.Problem()!.ShouldContain("interactions");

        Directory.GetFileSystemEntries(folder.Path).ShouldBe([folder.File("mine.txt")]);
    }

    /// <summary>A log that is generated once for all tests.</summary>
    public sealed class Generated : IAsyncLifetime
    {
        public static readonly YandexLogOptions Options = new() { UserCount = 3_000, TrackCount = 4_000, InteractionCount = 300_000 };

        private readonly TempFolder _folder = new();
        private readonly QueryEngine _database = QueryEngine.Open(new LakeEngineOptions { Threads = 2 });
        private EngineConnection? _connection;

        public string Folder => _folder.File("log");

        public YandexLogSummary Summary { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Summary = await YandexLogGenerator.WriteAsync(Folder, Options);
            _connection = _database.Connect();
            foreach (var (view, file) in ((string, string)[])[("tracks", "tracks"), ("names", "catalog_names"), ("interactions", "interactions")])
            {
                _connection.Execute($"CREATE VIEW {view} AS FROM read_parquet({SqlText.Literal(File(file))})", CancellationToken.None);
            }
        }

        public ValueTask DisposeAsync()
        {
            _connection?.Dispose();
            _database.Dispose();
            _folder.Dispose();
            return default;
        }

        public long Count(string sql) => _connection!.QueryLong($"SELECT ({sql})::BIGINT", CancellationToken.None);

        public string Types(string file) => _connection!.ReadRow(
            $"SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE FROM read_parquet({SqlText.Literal(File(file))}))",
            row => row.GetString(0),
            CancellationToken.None);

        public SparseMatrix Matrix(int users, string condition)
        {
            List<int> rows = [], columns = [];
            List<float> plays = [];
            foreach (var cell in _connection!.Stream(
                $"SELECT user_id, (rank - 1)::INTEGER, count(*)::FLOAT FROM interactions JOIN (SELECT track_id, row_number() OVER (ORDER BY track_id) AS rank FROM tracks) USING (track_id) WHERE {condition} GROUP BY ALL",
                CancellationToken.None))
            {
                rows.Add(cell.GetInt32(0));
                columns.Add(cell.GetInt32(1));
                plays.Add(cell.GetFloat(2));
            }

            return SparseMatrix.FromTriples(users, Options.TrackCount, rows.ToArray(), columns.ToArray(), plays.ToArray());
        }

        private string File(string name) => Path.Combine(Folder, $"{name}.parquet");
    }
}
