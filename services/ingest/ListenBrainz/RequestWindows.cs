using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// Limits the requests of each token, or of each address without one, in windows of ten seconds, and says in the protocol's headers how
/// many are left and when the next window begins. It is a limit of each instance by itself.
/// </summary>
internal sealed class RequestWindows(IOptions<IngestOptions> options, TimeProvider clock) : IEndpointFilter
{
    private const int WindowSeconds = 10;
    private const string Limit = "X-RateLimit-Limit";
    private const string Remaining = "X-RateLimit-Remaining";
    private const string ResetIn = "X-RateLimit-Reset-In";
    private const string Reset = "X-RateLimit-Reset";

    private Window _window = new(0);

    /// <summary>The headers of every answer.</summary>
    public static IReadOnlyList<string> Headers { get; } = [Limit, Remaining, ResetIn, Reset];

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var window = WindowAt(now / WindowSeconds);
        var limit = options.Value.RequestsPerToken;
        var used = window.Counts.AddOrUpdate(CallerOf(http), 1, static (_, count) => count + 1);
        var reset = (window.Number + 1) * WindowSeconds;
        var resetIn = Text(Math.Max(1, reset - now));

        var headers = http.Response.Headers;
        headers[Limit] = Text(limit);
        headers[Remaining] = Text(Math.Max(0, limit - used));
        headers[ResetIn] = resetIn;
        headers[Reset] = Text(reset);
        if (used <= limit)
        {
            return await next(context);
        }

        headers.RetryAfter = resetIn;
        return ListenBrainzErrors.Answer(
            StatusCodes.Status429TooManyRequests, $"More than {limit} requests in {WindowSeconds} seconds. Try again in {resetIn} seconds.");
    }

    private static string CallerOf(HttpContext context) =>
        ListenBrainzUser.TokenOf(context) is { } token ? "token " + token : "address " + context.Connection.RemoteIpAddress;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // What is counted goes with its window, so that nothing of many callers stays.
    private Window WindowAt(long number)
    {
        var window = Volatile.Read(ref _window);
        if (window.Number == number)
        {
            return window;
        }

        var next = new Window(number);
        var found = Interlocked.CompareExchange(ref _window, next, window);
        return ReferenceEquals(found, window) ? next : found;
    }

    private sealed record Window(long Number)
    {
        public ConcurrentDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);
    }
}
