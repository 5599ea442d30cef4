using Npgsql;

namespace RecSys.TestKit;

/// <summary>A PostgreSQL server of its own on a free loopback port, with its data in a temporary folder.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Package = "postgresql";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder;
    private readonly string _programs;
    private ChildProcess? _process;
    private int _databaseCount;

    private PostgresServer(TempFolder folder, string programs)
    {
        _folder = folder;
        _programs = programs;
    }

    /// <summary>The port on 127.0.0.1; it stays the same over <see cref="StopAsync"/> and <see cref="RestartAsync"/>.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The connection string of the maintenance database.</summary>
    public string ConnectionString => ConnectionStringOf("postgres");

    /// <summary>The temporary folder, removed on dispose.</summary>
    public string Folder => _folder.Path;

    /// <summary>The ids of the processes that were started.</summary>
    public IReadOnlyList<int> ProcessIds => _process is { } process ? [process.Id] : [];

    private string DataFolder => _folder.File("data");

    /// <summary>Creates a cluster and starts it; returns when it accepts connections (about 1.5 s).</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or it did not start.</exception>
    public static async Task<PostgresServer> StartAsync()
    {
        var server = await CreateAsync().ConfigureAwait(false);
        try
        {
            await server.RestartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Prepares a cluster whose address is known but that does not run until <see cref="RestartAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed.</exception>
    public static async Task<PostgresServer> CreateAsync()
    {
        var programs = Path.GetDirectoryName(InstalledPackage.FindNewest("/usr/lib/postgresql", "bin/initdb", Package))!;
        var server = new PostgresServer(TempFolder.InMemory("postgres"), programs);
        try
        {
            await server.InitializeAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the server again on the same port with the same data.</summary>
    public async Task RestartAsync()
    {
        if (_process is { HasExited: false })
        {
            throw new InvalidOperationException("PostgreSQL is running.");
        }

        // Data must survive the server, not the machine: no fsync.
        var (program, arguments) = AsServerUser(Path.Combine(_programs, "postgres"),
        [
            "-D", DataFolder, "-p", Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "full_page_writes=off",
            "-c", "max_connections=200", "-c", "logging_collector=off", "-c", "log_min_messages=warning",
        ]);
        // INT is PostgreSQL's fast shutdown: it ends the sessions instead of waiting for them.
        _process = ChildProcess.Start(program, arguments, workingDirectory: _folder.Path, stopSignal: "INT");
        await _process.WaitUntilAsync(AnswersAsync, StartTimeout, "PostgreSQL accepted connections").ConfigureAwait(false);
    }

    /// <summary>Stops the server in good order; sessions are ended.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync().ConfigureAwait(false);
            NpgsqlConnection.ClearAllPools();
        }
    }

    /// <summary>Ends the server with SIGKILL; its sessions' processes end by themselves.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.KillAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);

            // A test that asks the next server must not be given a session of this one.
            NpgsqlConnection.ClearAllPools();
        }
    }

    /// <summary>Creates an empty database with a name of its own and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var name = $"test_{Interlocked.Increment(ref _databaseCount)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0");
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        return ConnectionStringOf(name);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _folder.Dispose();
    }

    private string ConnectionStringOf(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    private async Task InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root, and its own user must reach the folder.
            await ChildProcess.RunAsync("chown", ["-R", "postgres:", _folder.Path]).ConfigureAwait(false);
        }

        var (program, arguments) = AsServerUser(Path.Combine(_programs, "initdb"),
            ["-D", DataFolder, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N"]);
        await ChildProcess.RunAsync(program, arguments, workingDirectory: _folder.Path).ConfigureAwait(false);
    }

    /// <summary>Unlike runuser or su, setpriv replaces itself by the program: the process id is the server's own.</summary>
    private static (string Program, string[] Arguments) AsServerUser(string program, string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", "--", program, .. arguments])
            : (program, arguments);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Timeout=2");
            await connection.OpenAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }
}
