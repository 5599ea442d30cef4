using System.Globalization;
using DuckDB.NET.Data;
using RecSys.Lake;

namespace RecSys.Analytics.Engine;

/// <summary>
/// One instance of DuckDB without a file of its own: it works on Parquet and text files, keeps intermediate tables in memory
/// and spills them to the temporary folder. Connections may be used from different threads, each by one at a time.
/// </summary>
internal sealed class QueryEngine : IDisposable
{
    /// <summary>The table function that reads segments (<see cref="SqlText.Segments"/>).</summary>
    public const string SegmentsMacro = "segments";

    private const int MinMemoryMebibytes = 64;

    // The instance lives as long as this connection, of which the others are duplicates.
    private readonly DuckDBConnection _root;
    private readonly Lock _connecting = new();
    private readonly string _columnsFile;

    private QueryEngine(DuckDBConnection root, string columnsFile)
    {
        _root = root;
        _columnsFile = columnsFile;
    }

    /// <summary>Starts an instance.</summary>
    /// <exception cref="EngineException">A setting is refused or memory is short.</exception>
    public static QueryEngine Open(LakeEngineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1, nameof(options));
        var memory = options.MemoryLimitBytes > 0 ? options.MemoryLimitBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        var spilled = options.TempFolder ?? Path.Combine(Path.GetTempPath(), $"recsys-lake-{Guid.NewGuid():N}");

        // The engine makes the folder itself, once it needs it, and removes it at its end; but not the folders above.
        if (Path.GetDirectoryName(Path.GetFullPath(spilled)) is { } parent)
        {
            Directory.CreateDirectory(parent);
        }

        var settings = new DuckDBConnectionStringBuilder
        {
            DataSource = DuckDBConnectionStringBuilder.InMemoryDataSource,
            ["threads"] = options.Threads.ToString(CultureInfo.InvariantCulture),
            ["memory_limit"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Max(memory >> 20, MinMemoryMebibytes)}MiB"),
            ["temp_directory"] = spilled,

            // Nothing is ever fetched from the network, and results do not depend on what a machine has installed.
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
            ["allow_community_extensions"] = "false",

            // Queries that need an order say so; the others may stream without keeping it.
            ["preserve_insertion_order"] = "false",
        };
        var engine = new QueryEngine(new DuckDBConnection(settings.ConnectionString), $"{spilled}-{Guid.NewGuid():N}.parquet");
        try
        {
            engine._root.Open();
            engine.DefineSegments();
            return engine;
        }
        catch (DuckDBException exception)
        {
            engine.Dispose();
            throw new EngineException(exception);
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>A new connection, with temporary tables of its own.</summary>
    public EngineConnection Connect()
    {
        DuckDBConnection connection;
        lock (_connecting)
        {
            connection = _root.Duplicate();
            connection.Open();
        }

        var connected = new EngineConnection(connection);

        // Times without an offset mean UTC on every machine.
        connected.Execute("SET TimeZone = 'UTC'", CancellationToken.None);
        return connected;
    }

    /// <summary>From now on statements read files of one folder and no others, and can't lift that. For SQL that somebody else wrote.</summary>
    public void ReadOnlyFrom(string folder)
    {
        using var connection = Connect();
        connection.Execute($"SET allowed_directories = {SqlText.LiteralList([folder])}", CancellationToken.None);
        connection.Execute($"SET allowed_paths = {SqlText.LiteralList([_columnsFile])}", CancellationToken.None);
        connection.Execute("SET enable_external_access = false", CancellationToken.None);
        connection.Execute("SET lock_configuration = true", CancellationToken.None);
    }

    public void Dispose()
    {
        _root.Dispose();
        File.Delete(_columnsFile);
    }

    // Of several files the engine takes the columns and types of the first: a segment that another program wrote with numbers as
    // ids would make numbers of all others' ('007' became 7). An empty file with the right types comes before them.
    private void DefineSegments()
    {
        using var connection = Connect();
        connection.Execute(
            $"""
            COPY (
                SELECT '' AS user_id, '' AS track_id, make_timestamptz(0) AS listened_at, 0::FLOAT AS played_share, 0::INTEGER AS play_count LIMIT 0
            ) TO {SqlText.Literal(_columnsFile)} (FORMAT parquet)
            """,
            CancellationToken.None);
        connection.Execute(
            $"CREATE MACRO {SegmentsMacro}(files) AS TABLE SELECT * FROM read_parquet(list_concat([{SqlText.Literal(_columnsFile)}], files), hive_partitioning = false)",
            CancellationToken.None);
    }
}
