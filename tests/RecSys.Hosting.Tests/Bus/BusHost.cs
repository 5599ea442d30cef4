using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>A process on the bus, as services build theirs.</summary>
internal sealed class BusHost(WebApplication app) : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    public IEventPublisher Publisher => Get<IEventPublisher>();

    /// <summary>Starts a host that is ready.</summary>
    /// <param name="broker">RabbitMQ's address; null for the in-memory bus.</param>
    /// <param name="add">Adds the consumers.</param>
    /// <param name="settings">Further settings, each <c>Section:Key=value</c>.</param>
    public static async Task<BusHost> StartAsync(Uri? broker, Action<IHostApplicationBuilder>? add = null, params string[] settings)
    {
        var host = await StartUnreadyAsync(broker, add, settings);
        await host.Get<StartupGate>().WaitAsync(TestContext.Current.CancellationToken).WaitAsync(ReadyTimeout);
        return host;
    }

    /// <summary>Starts a host without waiting until it is ready.</summary>
    public static async Task<BusHost> StartUnreadyAsync(Uri? broker, Action<IHostApplicationBuilder>? add = null, params string[] settings)
    {
        string[] bus = broker is null ? ["Bus:Transport=memory"] : [$"Bus:Uri={broker}"];
        var builder = RecSysHost.CreateBuilder([.. bus.Concat(settings).Select(setting => "--" + setting)], new ServiceDefaults("bus-test", 0, 0));
        add?.Invoke(builder);
        var app = RecSysHost.Build(builder);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new BusHost(app);
    }

    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
