namespace RecSys.TestKit;

/// <summary>
/// An S3 server of others (s3rver) on a free loopback port, its objects in a temporary folder. It has no AbortMultipartUpload and no
/// listing of uploads in progress: that an upload which was given up is told so can't be seen here, only that nothing of it is visible.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    /// <summary>A bucket that is there.</summary>
    public const string Bucket = "recsys-test";

    /// <summary>The only access key, and its secret.</summary>
    public const string Key = "S3RVER";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder;
    private readonly string _packages;
    private readonly int _port = FreePort.Next();
    private ChildProcess? _process;

    private S3Server(TempFolder folder, string packages) => (_folder, _packages) = (folder, packages);

    /// <summary>The server's address; it stays the same over <see cref="KillAsync"/> and <see cref="RestartAsync"/>.</summary>
    public string Endpoint => $"http://127.0.0.1:{_port}";

    /// <summary>What a program needs in its environment to use the server.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["RECSYS__S3__ENDPOINT"] = Endpoint,
        ["AWS_ACCESS_KEY_ID"] = Key,
        ["AWS_SECRET_ACCESS_KEY"] = Key,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>Starts a server; returns when it answers.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server(new TempFolder("s3"), await NodePackages.GetFolderAsync().ConfigureAwait(false));
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

    /// <summary>Starts the server again at the same address with the same objects.</summary>
    public async Task RestartAsync()
    {
        _process = ChildProcess.Start(
            "node",
            [
                Path.Combine(_packages, "node_modules", "s3rver", "bin", "s3rver.js"), "-d", _folder.Path, "-a", "127.0.0.1",
                "-p", _port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--no-vhost-buckets", "--configure-bucket", Bucket,
            ]);
        await _process.WaitForLineAsync("S3rver listening", StartTimeout).ConfigureAwait(false);
    }

    /// <summary>Ends the server with SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.KillAsync().ConfigureAwait(false);
            await process.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Keys of all objects of the bucket, as the server has stored them.</summary>
    public IReadOnlyList<string> Keys()
    {
        const string Suffix = "._S3rver_object";
        var bucket = _folder.File(Bucket);
        return
        [
            .. Directory.EnumerateFiles(bucket, "*" + Suffix, SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(bucket, file)[..^Suffix.Length])
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The content of an object.</summary>
    public byte[] Read(string key) => File.ReadAllBytes(_folder.File(Path.Combine(Bucket, key + "._S3rver_object")));

    /// <summary>Stops the server; its objects are gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            await process.DisposeAsync().ConfigureAwait(false);
        }

        _folder.Dispose();
    }
}
