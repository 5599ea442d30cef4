using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Tests;

/// <summary>Listens to send.</summary>
internal static class Samples
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    /// <summary>A good listen; the number makes its user, track and time.</summary>
    public static Listen Listen(int number, Action<Listen>? change = null)
    {
        var listen = new Listen
        {
            UserId = $"user-{number % 17}",
            TrackId = $"track-{number % 101}",
            ListenTime = Start.AddMinutes(number).ToTimestamp(),
            PlayedShare = 0.5f,
        };
        change?.Invoke(listen);
        return listen;
    }

    /// <summary>Good listens with these numbers.</summary>
    public static IEnumerable<Listen> Listens(int first, int count) => Enumerable.Range(first, count).Select(number => Listen(number));
}
