using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace RecSys.Hosting.Tests.Telemetry;

/// <summary>Takes what an exporter sends over OTLP/gRPC and keeps the bytes.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<byte[]>> _first = new();
    private readonly WebApplication _app;

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

    /// <summary>The first export to a service, such as <c>TraceService</c>.</summary>
    public Task<byte[]> ExportAsync(string service) => First(service).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        context.Response.ContentType = "application/grpc";
        context.Response.AppendTrailer("grpc-status", "0");
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted); // an empty message

        // /opentelemetry.proto.collector.trace.v1.TraceService/Export
        First(context.Request.Path.Value!.Split('/')[1].Split('.')[^1]).TrySetResult(body.ToArray());
    }

    private TaskCompletionSource<byte[]> First(string service) =>
        _first.GetOrAdd(service, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
