using System.Globalization;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace RecSys.TestKit;

/// <summary>A RabbitMQ server of its own on free loopback ports, with its data in a temporary folder.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Package = "rabbitmq-server";
    private const string Programs = "/usr/lib/rabbitmq/bin";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);

    private readonly TempFolder _folder;
    private readonly int _portMapperPort = FreePort.Next();
    private readonly int _distributionPort = FreePort.Next();
    private ChildProcess? _portMapper;
    private ChildProcess? _process;
    private int _virtualHostCount;

    private readonly int _virtualHosts;

    private RabbitMqServer(TempFolder folder, int virtualHosts) => (_folder, _virtualHosts) = (folder, virtualHosts);

    /// <summary>The AMQP port on 127.0.0.1; it stays the same over a restart.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The address of the default virtual host, with user and password.</summary>
    public Uri Uri => UriOf("");

    /// <summary>The temporary folder, removed on dispose.</summary>
    public string Folder => _folder.Path;

    /// <summary>The ids of the processes that were started.</summary>
    public IReadOnlyList<int> ProcessIds =>
        new[] { _process?.Id, _portMapper?.Id }.OfType<int>().ToArray();

    /// <summary>Starts a server; returns when a client can connect (4 to 10 s).</summary>
    /// <param name="virtualHosts">How many calls of <see cref="CreateVirtualHost"/> there may be.</param>
    /// <exception cref="InvalidOperationException">RabbitMQ is not installed, or it did not start.</exception>
    public static async Task<RabbitMqServer> StartAsync(int virtualHosts = 1)
    {
        var server = await CreateAsync(virtualHosts).ConfigureAwait(false);
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

    /// <summary>Prepares a server whose addresses are known but that does not run until <see cref="RestartAsync"/>.</summary>
    /// <inheritdoc cref="StartAsync" path="/param"/>
    /// <exception cref="InvalidOperationException">RabbitMQ is not installed.</exception>
    public static async Task<RabbitMqServer> CreateAsync(int virtualHosts = 1)
    {
        InstalledPackage.RequireFile(Path.Combine(Programs, "rabbitmq-server"), Package);
        var server = new RabbitMqServer(TempFolder.InMemory("rabbitmq"), virtualHosts);
        await server.WriteConfigurationAsync().ConfigureAwait(false);
        return server;
    }

    /// <summary>Starts the server again on the same port with the same data; returns when a client can connect.</summary>
    public async Task RestartAsync()
    {
        if (_process is { HasExited: false })
        {
            throw new InvalidOperationException("RabbitMQ is running.");
        }

        // Erlang would start its port mapper as a daemon that nobody stops; so it runs here, in the foreground.
        _portMapper ??= ChildProcess.Start(
            "epmd", ["-port", Text(_portMapperPort), "-address", "127.0.0.1"], workingDirectory: _folder.Path);
        _process = ChildProcess.Start(
            Path.Combine(Programs, "rabbitmq-server"), [], Variables(), _folder.Path, clearEnvironment: true);
        await _process.WaitUntilAsync(AnswersAsync, StartTimeout, "RabbitMQ accepted connections").ConfigureAwait(false);
    }

    /// <summary>Stops the server in good order.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends the server with SIGKILL, as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.KillAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The address of an empty virtual host that only the caller uses.</summary>
    public Uri CreateVirtualHost()
    {
        var number = Interlocked.Increment(ref _virtualHostCount);
        return number <= _virtualHosts
            ? UriOf(NameOf(number))
            : throw new InvalidOperationException($"All {_virtualHosts} virtual hosts of this server are in use. Start it with more.");
    }

    /// <summary>Runs rabbitmqctl (1 to 2 s), for instance <c>list_queues</c>, and returns its output without headings.</summary>
    /// <param name="virtualHost">An address from <see cref="CreateVirtualHost"/> or <see cref="Uri"/>.</param>
    /// <param name="arguments">The command and its arguments.</param>
    public Task<string> ControlAsync(Uri virtualHost, params string[] arguments)
    {
        var name = Uri.UnescapeDataString(virtualHost.AbsolutePath.TrimStart('/'));
        return ChildProcess.RunAsync(
            Path.Combine(Programs, "rabbitmqctl"),
            ["--quiet", "--vhost", name.Length == 0 ? "/" : name, .. arguments],
            Variables(),
            _folder.Path,
            clearEnvironment: true);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (_portMapper is { } portMapper)
        {
            _portMapper = null;
            await portMapper.DisposeAsync().ConfigureAwait(false);
        }

        _folder.Dispose();
    }

    private static string NameOf(int virtualHost) => $"test-{Text(virtualHost)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Uri UriOf(string virtualHost) => new($"amqp://guest:guest@127.0.0.1:{Text(Port)}/{virtualHost}");

    private async Task WriteConfigurationAsync()
    {
        // Each costs the server 40 ms at every start; rabbitmqctl needs more than a second for one.
        var virtualHosts = Enumerable.Range(1, _virtualHosts).Select(NameOf).Prepend("/").ToArray();
        var definitions = new
        {
            users = new[]
            {
                new { name = "guest", password = "guest", hashing_algorithm = "rabbit_password_hashing_sha256", tags = "administrator" },
            },
            vhosts = virtualHosts.Select(name => new { name }),
            permissions = virtualHosts.Select(vhost => new { user = "guest", vhost, configure = ".*", write = ".*", read = ".*" }),
        };
        _folder.CreateFolder("log");
        await File.WriteAllTextAsync(_folder.File("definitions.json"), JsonSerializer.Serialize(definitions)).ConfigureAwait(false);
        await File.WriteAllTextAsync(_folder.File("enabled_plugins"), "[].\n").ConfigureAwait(false);
        await File.WriteAllTextAsync(
            _folder.File("rabbitmq.conf"),
            $"""
             listeners.tcp.1 = 127.0.0.1:{Text(Port)}
             load_definitions = {_folder.File("definitions.json")}
             disk_free_limit.absolute = 50MB

             """).ConfigureAwait(false);
    }

    private Dictionary<string, string?> Variables() => new()
    {
        ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = _folder.Path,
        ["LANG"] = "C.UTF-8",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = Text(_portMapperPort),
        ["RABBITMQ_NODENAME"] = "recsys@localhost",
        ["RABBITMQ_DIST_PORT"] = Text(_distributionPort),
        ["RABBITMQ_CONFIG_FILE"] = _folder.File("rabbitmq"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder.File("enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = _folder.File("mnesia"),
        ["RABBITMQ_LOG_BASE"] = _folder.File("log"),
        ["RABBITMQ_PID_FILE"] = _folder.File("pid"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",

        // As under systemd the script then becomes the server instead of staying its parent: one process, one id.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };

    private async Task<bool> AnswersAsync()
    {
        try
        {
            var factory = new ConnectionFactory { Uri = Uri, RequestedConnectionTimeout = TimeSpan.FromSeconds(2) };
            await using var connection = await factory.CreateConnectionAsync().ConfigureAwait(false);
            await connection.CloseAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is RabbitMQClientException or IOException or TimeoutException)
        {
            return false;
        }
    }
}
