using RecSys.Analytics.Engine;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Engine;

public sealed class EngineConnectionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly QueryEngine _database;
    private readonly EngineConnection _connection;

    public EngineConnectionTests()
    {
        _database = QueryEngine.Open(new LakeEngineOptions { Threads = 2, MemoryLimitBytes = 256 << 20, TempFolder = _folder.File("spill") });
        _connection = _database.Connect();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_library_of_the_package_is_the_one_that_is_loaded() => Text("SELECT version()").ShouldStartWith("v1.5.");

    // The package has libraries of 40 to 120 MB for five platforms; a program's folder gets one.
    [Fact]
    public void Only_the_library_of_this_machine_is_beside_the_program() =>
        Directory.EnumerateFiles(AppContext.BaseDirectory, "*duckdb.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".so" or ".dylib" || Path.GetFileName(file) == "duckdb.dll")
            .ShouldHaveSingleItem();

    [Fact]
    public void Nothing_is_fetched_from_the_network_and_limits_are_kept()
    {
        Text("SELECT current_setting('autoinstall_known_extensions')::VARCHAR").ShouldBe("false");
        Text("SELECT current_setting('autoload_known_extensions')::VARCHAR").ShouldBe("false");
        Text("SELECT current_setting('threads')::VARCHAR").ShouldBe("2");
        Text("SELECT current_setting('memory_limit')").ShouldBe("256.0 MiB");
        Text("SELECT '2025-03-14 12:00:00'::TIMESTAMPTZ::VARCHAR").ShouldBe("2025-03-14 12:00:00+00");
    }

    [Fact]
    public void Values_of_every_type_come_back_as_they_are()
    {
        var rows = _connection.ReadRows(
            """
            SELECT * FROM (VALUES
                (1, 7::BIGINT, 3::INTEGER, 0.5::FLOAT, 0.25::DOUBLE, true, 'text'),
                (2, NULL, NULL, NULL, NULL, NULL, NULL),
                (3, -9223372036854775808, -2147483648, 'nan'::FLOAT, -0.0, false, ''))
            AS t (n, a, b, c, d, e, f) ORDER BY n
            """,
            row => row.IsDBNull(1) ? null : Tuple.Create(row.GetInt64(1), row.GetInt32(2), row.GetFloat(3), row.GetDouble(4), row.GetBoolean(5), row.GetString(6)),
            CancellationToken.None);

        rows.ShouldBe([Tuple.Create(7L, 3, 0.5f, 0.25, true, "text"), null, Tuple.Create(long.MinValue, int.MinValue, float.NaN, -0.0, false, "")]);
    }

    [Fact]
    public void Null_reads_as_nothing()
    {
        var read = _connection.ReadRow(
            "SELECT NULL::BIGINT, NULL::DOUBLE, NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR[], NULL::INTEGER",
            row => (row.Long(0), row.Double(1), row.Text(2), row.TextOrNull(3), row.TextList(4).Length, row.Long(5)),
            CancellationToken.None);

        read.ShouldBe((0, 0, "", null, 0, 0));
        _connection.QueryLong("SELECT NULL::BIGINT", CancellationToken.None).ShouldBe(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("twelve bytes")]
    [InlineData("thirteen byte")]
    [InlineData("Sigur Rós – ( )  \U0001F3B5 'quoted' \"twice\" \\ % ; -- \t\n")]
    public void Texts_come_back_from_parameters_whatever_is_in_them(string text) =>
        _connection.ReadRow("SELECT ?::VARCHAR, strlen(?)", row => (row.GetString(0), row.GetInt64(1)), CancellationToken.None, text, text)
            .ShouldBe((text, System.Text.Encoding.UTF8.GetByteCount(text)));

    [Fact]
    public void Lists_are_read() =>
        _connection.ReadRows(
            "SELECT * FROM (VALUES (1, ['a', NULL, 'a longer text than twelve']), (2, NULL), (3, [])) t (n, l) ORDER BY n",
            row => row.TextList(1),
            CancellationToken.None)
            .ShouldBe([["a", "a longer text than twelve"], [], []]);

    [Fact]
    public void Parameters_of_every_type_arrive()
    {
        var time = new DateTimeOffset(2025, 3, 14, 15, 9, 26, 535, TimeSpan.FromHours(2));
        var (texts, none) = _connection.ReadRow(
            "SELECT concat_ws('|', $1::BOOLEAN, $2::INTEGER, $3::BIGINT, $4::FLOAT, $5::DOUBLE, $6::VARCHAR, epoch_us($7::TIMESTAMPTZ)), $8::VARCHAR",
            row => (row.GetString(0), row.TextOrNull(1)),
            CancellationToken.None,
            true,
            -3,
            1L << 40,
            0.5f,
            1e-9,
            "x",
            time,
            null);

        texts.ShouldBe($"true|-3|1099511627776|0.5|1e-09|x|{(time - DateTimeOffset.UnixEpoch).Ticks / 10}");
        none.ShouldBeNull();
    }

    [Fact]
    public void Parameters_that_are_missing_or_would_arrive_as_another_text_are_refused()
    {
        _connection.Execute("CREATE TABLE texts (s VARCHAR, l VARCHAR[])", CancellationToken.None);
        using var appender = _connection.Append("texts");

        Should.Throw<InvalidOperationException>(() => _connection.Execute("SELECT ?", CancellationToken.None));
        foreach (var text in (string[])["half a pair \uD83C", "cut\0here"])
        {
            Should.Throw<ArgumentException>(() => _connection.Execute("SELECT ?", CancellationToken.None, text));
            Should.Throw<ArgumentException>(() => _connection.ReadRows("SELECT ?", row => row.GetString(0), CancellationToken.None, text));
            Should.Throw<ArgumentException>(() => SqlText.Literal(text));
            Should.Throw<ArgumentException>(() => appender.Add(text));
            Should.Throw<ArgumentException>(() => appender.Add([text]));
        }
    }

    [Fact]
    public void Appended_rows_arrive_over_many_chunks_with_nulls_and_lists()
    {
        const int Count = 5_000;
        _connection.Execute("CREATE TABLE t (n INTEGER, x INTEGER, s VARCHAR, l VARCHAR[])", CancellationToken.None);
        using (var appender = _connection.Append("t"))
        {
            for (var n = 0; n < Count; n++)
            {
                appender.Add(n).Add(n % 3 == 0 ? null : -n).Add($"{new string('é', n % 40)}{n}").Add([.. Enumerable.Range(0, n % 5).Select(i => $"{n}:{i}")]).EndRow();
            }

            appender.Complete();
        }

        var seen = 0;
        foreach (var row in _connection.Stream("SELECT n, x, s, l FROM t ORDER BY n", CancellationToken.None))
        {
            row.GetInt32(0).ShouldBe(seen);
            row.IsDBNull(1).ShouldBe(seen % 3 == 0);
            row.Long(1).ShouldBe(seen % 3 == 0 ? 0 : -seen);
            row.GetString(2).ShouldBe($"{new string('é', seen % 40)}{seen}");
            row.TextList(3).ShouldBe(Enumerable.Range(0, seen % 5).Select(i => $"{seen}:{i}"));
            seen++;
        }

        seen.ShouldBe(Count);
    }

    [Fact]
    public void An_error_says_what_the_engine_said()
    {
        Should.Throw<EngineException>(() => _connection.Execute("SELECT * FROM nowhere", CancellationToken.None)).Message.ShouldContain("nowhere");
        Should.Throw<EngineException>(() => _connection.Execute("SELEC 1", CancellationToken.None)).Message.ShouldContain("SELEC");
        Should.Throw<EngineException>(() => _connection.ReadRow("SELECT error('while running')", row => row.GetString(0), CancellationToken.None))
            .Message.ShouldContain("while running");
        Should.Throw<EngineException>(() => _connection.Append("nowhere")).Message.ShouldContain("nowhere");
        Should.Throw<EngineException>(() => _connection.Stream(
            "SELECT CASE WHEN range = 900000 THEN error('boom') ELSE range END FROM range(1000000)", CancellationToken.None).Count()).Message.ShouldContain("boom");
        _connection.QueryLong("SELECT 42::BIGINT", CancellationToken.None).ShouldBe(42);
    }

    [Fact]
    public void Rows_stop_when_their_token_is_cancelled_between_them()
    {
        using var source = new CancellationTokenSource();
        var seen = 0L;

        Should.Throw<OperationCanceledException>(() =>
        {
            foreach (var row in _connection.Stream("SELECT range FROM range(1000000000)", source.Token))
            {
                seen = row.GetInt64(0);
                source.Cancel();
            }
        });

        seen.ShouldBe(0);
        _connection.QueryLong("SELECT 42::BIGINT", CancellationToken.None).ShouldBe(42);
    }

    [Fact]
    public async Task A_cancelled_query_stops_and_the_connection_goes_on()
    {
        using var source = new CancellationTokenSource();
        var running = Task.Run(() => _connection.QueryLong("SELECT sum(hash(a.range + b.range) % 7)::BIGINT FROM range(10000000) a, range(100000) b", source.Token));
        source.CancelAfter(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromMinutes(1)));

        _connection.QueryLong("SELECT 42::BIGINT", CancellationToken.None).ShouldBe(42);
        Should.Throw<OperationCanceledException>(() => _connection.Execute("SELECT 1", source.Token));
    }

    [Theory]
    [InlineData("plain.parquet")]
    [InlineData("it's.parquet")]
    [InlineData("a [1] * ?.parquet")]
    [InlineData("Ünïcode \"quoted\" {x}.parquet")]
    public void Files_of_any_name_are_written_and_read(string name)
    {
        var file = _folder.File(name);
        _connection.Execute($"COPY (SELECT 42::BIGINT AS n) TO {SqlText.Literal(file)} (FORMAT parquet)", CancellationToken.None).ShouldBe(1);
        File.Exists(file).ShouldBeTrue();
        _connection.QueryLong($"SELECT n FROM read_parquet({SqlText.LiteralList([file])})", CancellationToken.None).ShouldBe(42);
    }

    [Fact]
    public void Work_beyond_the_memory_limit_is_spilled()
    {
        using var small = QueryEngine.Open(new LakeEngineOptions { Threads = 2, MemoryLimitBytes = 64 << 20, TempFolder = _folder.File("small") });
        using var connection = small.Connect();
        connection.Stream("SELECT hash(range)::VARCHAR || 'some text that takes room' AS h FROM range(2000000) ORDER BY h", CancellationToken.None)
            .Count().ShouldBe(2_000_000);
    }

    [Fact]
    public void A_setting_that_is_refused_is_named() =>
        Should.Throw<ArgumentOutOfRangeException>(() => QueryEngine.Open(new LakeEngineOptions { Threads = 0, MemoryLimitBytes = 1 << 30, TempFolder = _folder.Path }));

    private string Text(string sql) => _connection.ReadRow(sql, row => row.GetString(0), CancellationToken.None);
}
