using RecSys.Lake.DuckDb;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.DuckDb;

public sealed class DuckDbConnectionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DuckDbDatabase _database;
    private readonly DuckDbConnection _connection;

    public DuckDbConnectionTests()
    {
        _database = DuckDbDatabase.Open(new DuckDbSettings(2, 256 << 20, _folder.File("spill")));
        _connection = _database.Connect();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_pinned_library_is_the_one_that_is_loaded() => DuckDbLibrary.Version.ShouldStartWith("v1.5.");

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
        using var rows = _connection.Query(
            """
            SELECT * FROM (VALUES
                (1, 7::BIGINT, 3::INTEGER, 0.5::FLOAT, 0.25::DOUBLE, true, make_timestamptz(1000001), make_timestamp(-5)),
                (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                (3, -9223372036854775808, -2147483648, 'nan'::FLOAT, -0.0, false, make_timestamptz(0), make_timestamp(0)))
            AS t (n, a, b, c, d, e, f, g) ORDER BY n
            """,
            CancellationToken.None);
        rows.ColumnCount.ShouldBe(8);
        rows.ColumnName(1).ShouldBe("a");
        rows.ColumnType(1).ShouldBe(DuckDbType.BigInt);
        using var chunk = rows.NextChunk().ShouldNotBeNull();

        chunk.RowCount.ShouldBe(3);
        chunk.Column(1).Values<long>().ToArray().ShouldBe([7, chunk.Column(1).Values<long>()[1], long.MinValue]);
        chunk.Column(2).Values<int>()[2].ShouldBe(int.MinValue);
        chunk.Column(3).Values<float>()[0].ShouldBe(0.5f);
        float.IsNaN(chunk.Column(3).Values<float>()[2]).ShouldBeTrue();
        chunk.Column(4).Values<double>()[0].ShouldBe(0.25);
        chunk.Column(5).Values<bool>()[0].ShouldBeTrue();
        chunk.Column(5).Values<bool>()[2].ShouldBeFalse();
        chunk.Column(6).Values<long>()[0].ShouldBe(1_000_001);
        chunk.Column(6).Type.ShouldBe(DuckDbType.TimestampTz);
        chunk.Column(7).Values<long>()[0].ShouldBe(-5);
        for (var column = 1; column < 8; column++)
        {
            chunk.Column(column).IsNull(0).ShouldBeFalse();
            chunk.Column(column).IsNull(1).ShouldBeTrue();
        }

        rows.NextChunk().ShouldBeNull();
        rows.NextChunk().ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("twelve bytes")]
    [InlineData("thirteen byte")]
    [InlineData("Sigur Rós – ( )  \U0001F3B5 'quoted' \"twice\" \\ % ; -- \t\n")]
    public void Texts_come_back_from_parameters_whatever_is_in_them(string text)
    {
        using var rows = _connection.Query("SELECT ?::VARCHAR, strlen(?)", CancellationToken.None, text, text);
        using var chunk = rows.NextChunk().ShouldNotBeNull();
        chunk.Column(0).Text(0).ShouldBe(text);
        chunk.Column(1).Values<long>()[0].ShouldBe(System.Text.Encoding.UTF8.GetByteCount(text));
    }

    [Fact]
    public void Lists_and_structs_are_read()
    {
        using var rows = _connection.Query(
            "SELECT * FROM (VALUES (1, ['a', NULL, 'a longer text than twelve'], {'x': 1, 'y': 'two'}), (2, NULL, NULL), (3, [], {'x': 3, 'y': NULL})) t (n, l, s) ORDER BY n",
            CancellationToken.None);
        using var chunk = rows.NextChunk().ShouldNotBeNull();
        chunk.Column(1).TextList(0).ShouldBe(["a", "a longer text than twelve"]);
        chunk.Column(1).TextList(1).ShouldBeEmpty();
        chunk.Column(1).TextList(2).ShouldBeEmpty();
        chunk.Column(2).Field(0).Values<int>()[0].ShouldBe(1);
        chunk.Column(2).Field(1).Text(0).ShouldBe("two");
        chunk.Column(2).Field(1).Text(2).ShouldBeNull();
    }

    [Fact]
    public void Parameters_of_every_type_arrive()
    {
        var time = new DateTimeOffset(2025, 3, 14, 15, 9, 26, 535, TimeSpan.FromHours(2));
        using var rows = _connection.Query(
            "SELECT concat_ws('|', $1::BOOLEAN, $2::INTEGER, $3::BIGINT, $4::FLOAT, $5::DOUBLE, $6::VARCHAR, epoch_us($7::TIMESTAMPTZ)), $8::VARCHAR",
            CancellationToken.None,
            true,
            -3,
            1L << 40,
            0.5f,
            1e-9,
            "x",
            time,
            null);
        using var chunk = rows.NextChunk().ShouldNotBeNull();
        chunk.Column(0).Text(0).ShouldBe($"true|-3|1099511627776|0.5|1e-09|x|{(time - DateTimeOffset.UnixEpoch).Ticks / 10}");
        chunk.Column(1).Text(0).ShouldBeNull();
    }

    [Fact]
    public void A_wrong_number_or_type_of_parameters_is_refused()
    {
        Should.Throw<ArgumentException>(() => _connection.Execute("SELECT ?", CancellationToken.None));
        Should.Throw<ArgumentException>(() => _connection.Execute("SELECT ?", CancellationToken.None, Guid.NewGuid()));
        Should.Throw<ArgumentException>(() => _connection.Execute("SELECT ?", CancellationToken.None, "half a pair \uD83C"));
    }

    [Fact]
    public void Appended_rows_arrive_over_many_chunks_with_nulls_and_lists()
    {
        const int Count = 5_000;
        _connection.Execute("CREATE TABLE t (n INTEGER, x BIGINT, s VARCHAR, l VARCHAR[])", CancellationToken.None);
        using (var appender = _connection.Append("t"))
        {
            for (var n = 0; n < Count; n++)
            {
                appender.Set(0, n);
                if (n % 3 == 0)
                {
                    appender.SetNull(1);
                }
                else
                {
                    appender.Set(1, (long)n << 32);
                }

                appender.SetText(2, $"{new string('é', n % 40)}{n}");
                appender.SetTextList(3, [.. Enumerable.Range(0, n % 5).Select(i => $"{n}:{i}")]);
                appender.EndRow();
            }

            appender.Complete();
        }

        using var rows = _connection.Query("SELECT n, x, s, l FROM t ORDER BY n", CancellationToken.None);
        var seen = 0;
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                for (var row = 0; row < chunk.RowCount; row++, seen++)
                {
                    chunk.Column(0).Values<int>()[row].ShouldBe(seen);
                    chunk.Column(1).IsNull(row).ShouldBe(seen % 3 == 0);
                    if (seen % 3 != 0)
                    {
                        chunk.Column(1).Values<long>()[row].ShouldBe((long)seen << 32);
                    }

                    chunk.Column(2).Text(row).ShouldBe($"{new string('é', seen % 40)}{seen}");
                    chunk.Column(3).TextList(row).ShouldBe(Enumerable.Range(0, seen % 5).Select(i => $"{seen}:{i}"));
                }
            }
        }

        seen.ShouldBe(Count);
    }

    [Fact]
    public void An_error_says_what_the_engine_said()
    {
        Should.Throw<DuckDbException>(() => _connection.Execute("SELECT * FROM nowhere", CancellationToken.None)).Message.ShouldContain("nowhere");
        Should.Throw<DuckDbException>(() => _connection.Execute("SELEC 1", CancellationToken.None)).Message.ShouldContain("SELEC");
        Should.Throw<DuckDbException>(() => _connection.Query("SELECT error('while running')", CancellationToken.None).NextChunk())
            .Message.ShouldContain("while running");
        Should.Throw<DuckDbException>(() => _connection.Append("nowhere")).Message.ShouldContain("nowhere");
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
    public void A_name_with_NUL_is_refused() => Should.Throw<ArgumentException>(() => SqlText.Literal("a\0b"));

    [Fact]
    public void Work_beyond_the_memory_limit_is_spilled()
    {
        using var small = DuckDbDatabase.Open(new DuckDbSettings(2, 64 << 20, _folder.File("small")));
        using var connection = small.Connect();
        using var rows = connection.Query("SELECT hash(range)::VARCHAR || 'some text that takes room' AS h FROM range(2000000) ORDER BY h", CancellationToken.None);
        var count = 0;
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                count += chunk.RowCount;
            }
        }

        count.ShouldBe(2_000_000);
    }

    [Fact]
    public void A_setting_that_is_refused_is_named() =>
        Should.Throw<ArgumentOutOfRangeException>(() => DuckDbDatabase.Open(new DuckDbSettings(0, 1 << 30, _folder.Path)));

    private string? Text(string sql)
    {
        using var rows = _connection.Query(sql, CancellationToken.None);
        using var chunk = rows.NextChunk();
        return chunk!.Column(0).Text(0);
    }
}
