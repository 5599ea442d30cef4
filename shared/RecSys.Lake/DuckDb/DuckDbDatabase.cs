using System.Globalization;
using System.Runtime.InteropServices;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// One DuckDB instance without a file of its own: it works on Parquet and text files, keeps intermediate tables in memory
/// and spills them to the temporary folder. Connections may be used from different threads, each by one at a time.
/// </summary>
internal sealed class DuckDbDatabase : IDisposable
{
    private readonly DatabaseHandle _handle;

    private DuckDbDatabase(DatabaseHandle handle) => _handle = handle;

    /// <summary>Opens an instance.</summary>
    /// <exception cref="DuckDbException">A setting is refused or memory is short.</exception>
    public static DuckDbDatabase Open(DuckDbSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Threads, 1);

        // The engine makes the folder itself, once it needs it, and removes it at its end; but not the folders above.
        if (Path.GetDirectoryName(Path.GetFullPath(settings.TempFolder)) is { } parent)
        {
            Directory.CreateDirectory(parent);
        }

        if (NativeMethods.duckdb_create_config(out var config) != 0)
        {
            throw new DuckDbException("DuckDB's configuration could not be made: out of memory.");
        }

        try
        {
            Set(config, "threads", settings.Threads.ToString(CultureInfo.InvariantCulture));
            Set(config, "memory_limit", string.Create(CultureInfo.InvariantCulture, $"{Math.Max(settings.MemoryLimitBytes >> 20, 64)}MiB"));
            Set(config, "temp_directory", settings.TempFolder);

            // Nothing is ever fetched from the network, and results do not depend on what a machine has installed.
            Set(config, "autoinstall_known_extensions", "false");
            Set(config, "autoload_known_extensions", "false");
            Set(config, "allow_community_extensions", "false");

            // Queries that need an order say so; the others may stream without keeping it.
            Set(config, "preserve_insertion_order", "false");

            if (NativeMethods.duckdb_open_ext(null, out var database, config, out var error) != 0)
            {
                database.Dispose();
                var message = Marshal.PtrToStringUTF8(error) ?? "DuckDB could not be opened.";
                NativeMethods.duckdb_free(error);
                throw new DuckDbException(message);
            }

            return new DuckDbDatabase(database);
        }
        finally
        {
            NativeMethods.duckdb_destroy_config(ref config);
        }
    }

    /// <summary>A new connection, with temporary tables of its own.</summary>
    public DuckDbConnection Connect()
    {
        var connected = new DuckDbConnection(OpenConnection());

        // Times without an offset mean UTC on every machine.
        connected.Execute("SET TimeZone = 'UTC'", CancellationToken.None);
        return connected;
    }

    public void Dispose() => _handle.Dispose();

    private ConnectionHandle OpenConnection()
    {
        if (NativeMethods.duckdb_connect(_handle, out var connection) != 0)
        {
            connection.Dispose();
            throw new DuckDbException("DuckDB could not open a connection.");
        }

        return connection;
    }

    private static void Set(nint config, string name, string value)
    {
        if (NativeMethods.duckdb_set_config(config, name, value) != 0)
        {
            throw new DuckDbException($"DuckDB does not take the setting {name} = {value}.");
        }
    }
}
