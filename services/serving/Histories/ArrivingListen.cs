using System.Diagnostics.CodeAnalysis;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Serving.Histories;

/// <summary>
/// Reads a listen off the bus, to which anybody may publish. What ingest's writer would refuse to store must not live in
/// memory either.
/// </summary>
internal static class ArrivingListen
{
    /// <summary>How far a producer's clock may be ahead.</summary>
    private static readonly TimeSpan MaxClockLead = TimeSpan.FromMinutes(10);

    private const uint MaxPlayCount = 10_000_000;

    public static bool TryRead(Listen listen, DateTimeOffset now, [NotNullWhen(true)] out HistoryListen? read)
    {
        read = null;
        var violations = new FieldViolations();
        violations.RequireId(listen.UserId, "user_id");
        violations.RequireId(listen.TrackId, "track_id");
        if (violations.Count > 0
            || listen.ListenTime is not { } listenTime
            || listenTime.Seconds < 0
            || listenTime.Seconds > (now + MaxClockLead).ToUnixTimeSeconds()
            || listenTime.Nanos is < 0 or >= 1_000_000_000
            || (listen.HasPlayedShare && !(listen.PlayedShare is >= 0 and <= 1))
            || listen.PlayCount > MaxPlayCount)
        {
            return false;
        }

        read = new HistoryListen(
            listen.TrackId,
            (listenTime.Seconds * 1_000_000) + (listenTime.Nanos / 1_000),
            listen.HasPlayedShare ? listen.PlayedShare : null,
            listen.PlayCount == 0 ? 1 : (int)listen.PlayCount);
        return true;
    }
}
