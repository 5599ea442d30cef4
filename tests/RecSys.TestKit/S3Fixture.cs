namespace RecSys.TestKit;

/// <summary>
/// One S3 server for all tests of a class or an assembly, started when the first asks for it. The keys are put into this process's
/// environment, which is where the library looks for them.
/// </summary>
public sealed class S3Fixture : IAsyncDisposable
{
    private readonly Lazy<Task<S3Server>> _server = new(StartAsync);

    /// <summary>The shared server. Tests use a prefix of their own.</summary>
    public Task<S3Server> GetServerAsync() => _server.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && !_server.Value.IsFaulted)
        {
            var server = await _server.Value.ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<S3Server> StartAsync()
    {
        var server = await S3Server.StartAsync().ConfigureAwait(false);
        foreach (var (name, value) in server.Environment.Where(variable => variable.Key.StartsWith("AWS_", StringComparison.Ordinal)))
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        return server;
    }
}
