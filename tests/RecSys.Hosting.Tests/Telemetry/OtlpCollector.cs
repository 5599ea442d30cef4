using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Probe.V1;

namespace RecSys.Hosting.Tests.Telemetry;

/// <summary>Takes what exporters send over OTLP/gRPC and keeps the bytes.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<(string Service, byte[] Body)> _exports = [];
    private readonly WebApplication _app;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OtlpCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var collector = new OtlpCollector(builder.Build());
        collector._app.Run(collector.TakeAsync);
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Returns when the exports to a service, such as <c>MetricsService</c>, hold all these texts.</summary>
    public Task WaitForAsync(string service, params string[] texts) =>
        WaitForAsync(service, exports => texts.All(text => exports.Any(body => Encoding.UTF8.GetString(body).Contains(text))) ? texts : null);

    /// <summary>Returns what is found in all spans so far, as soon as it isn't null.</summary>
    public Task<T> WaitForSpansAsync<T>(Func<IReadOnlyList<ExportedTraces.Types.Span>, T?> find)
        where T : class => WaitForAsync("TraceService", exports => find([.. exports.SelectMany(body => ExportedTraces.Parser.ParseFrom(body).ResourceSpans)
            .SelectMany(resource => resource.ScopeSpans)
            .SelectMany(scope => scope.Spans)]));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<T> WaitForAsync<T>(string service, Func<IReadOnlyList<byte[]>, T?> find)
        where T : class
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            byte[][] exports;
            Task changed;
            lock (_exports)
            {
                exports = [.. _exports.Where(export => export.Service == service).Select(export => export.Body)];
                changed = _changed.Task;
            }

            if (find(exports) is { } found)
            {
                return found;
            }

            await changed.WaitAsync(timeout.Token);
        }
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted); // an empty message

        lock (_exports)
        {
            // /opentelemetry.proto.collector.trace.v1.TraceService/Export; a message is five bytes and itself.
            _exports.Add((context.Request.Path.Value!.Split('/')[1].Split('.')[^1], body.ToArray()[5..]));
            _changed.SetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
