namespace RecSys.TestKit;

/// <summary>
/// One PostgreSQL server for all tests of an assembly, started when the first asks for it. Use it with
/// <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c> and take it as a constructor parameter of the test class.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(PostgresServer.StartAsync);

    /// <summary>The shared server. A test that stops or kills its server starts one of its own instead.</summary>
    public Task<PostgresServer> GetServerAsync() => _server.Value;

    /// <summary>Creates an empty database that only the caller uses and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var server = await GetServerAsync().ConfigureAwait(false);
        return await server.CreateDatabaseAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && !_server.Value.IsFaulted)
        {
            var server = await _server.Value.ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }
}
