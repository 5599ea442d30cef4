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
    private const int MinMemoryMebibytes = 64;

    // The instance lives as long as this connection, of which the others are duplicates.
    private readonly DuckDBConnection _root;
    private readonly Lock _connecting = new();

    // An empty file for each kind of segment, with the columns that it has.
    private readonly string[] _columnsFiles;

    private QueryEngine(DuckDBConnection root, string spilled)
    {
        _root = root;
        _columnsFiles = [.. SegmentTable.All.Select(_ => $"{spilled}-{Guid.NewGuid():N}.parquet")];
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
        var engine = new QueryEngine(new DuckDBConnection(settings.ConnectionString), spilled);
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
        connection.Execute($"SET allowed_paths = {SqlText.LiteralList(_columnsFiles)}", CancellationToken.None);
        connection.Execute("SET enable_external_access = false", CancellationToken.None);
        connection.Execute("SET lock_configuration = true", CancellationToken.None);
    }

    public void Dispose()
    {
        _root.Dispose();
        Array.ForEach(_columnsFiles, File.Delete);
    }

    private void DefineSegments()
    {
        using var connection = Connect();
        foreach (var (table, file) in SegmentTable.All.Zip(_columnsFiles))
        {
            connection.Execute($"COPY (SELECT {table.Columns} LIMIT 0) TO {SqlText.Literal(file)} (FORMAT parquet)", CancellationToken.None);
            connection.Execute(table.Definition(file), CancellationToken.None);
        }
    }
}
