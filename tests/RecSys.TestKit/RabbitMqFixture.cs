namespace RecSys.TestKit;

/// <summary>
/// One RabbitMQ server for all tests of an assembly, started when the first asks for it. Use it with
/// <c>[assembly: AssemblyFixture(typeof(RabbitMqFixture))]</c> and take it as a constructor parameter of the test class.
/// </summary>
public sealed class RabbitMqFixture : IAsyncDisposable
{
    // More than the tests of any assembly.
    private const int VirtualHosts = 32;

    private readonly Lazy<Task<RabbitMqServer>> _server = new(() => RabbitMqServer.StartAsync(VirtualHosts));

    /// <summary>The shared server. A test that stops or kills its server starts one of its own instead.</summary>
    public Task<RabbitMqServer> GetServerAsync() => _server.Value;

    /// <summary>The address (with user and password) of an empty virtual host that only the caller uses.</summary>
    public async Task<Uri> CreateVirtualHostAsync()
    {
        var server = await GetServerAsync().ConfigureAwait(false);
        return server.CreateVirtualHost();
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
