using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Tests;

/// <summary>Listens and exposures to send.</summary>
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

    /// <summary>A good exposure of three tracks; the number makes its id, user and time.</summary>
    public static Exposure Exposure(int number, Action<Exposure>? change = null)
    {
        var exposure = new Exposure
        {
            ExposureId = $"exposure-{number}",
            UserId = $"user-{number % 17}",
            ExposureTime = Start.AddMinutes(number).ToTimestamp(),
            ModelVersion = "v1",
            Policy = "default",
        };
        exposure.Tracks.AddRange(Enumerable.Range(1, 3).Select(rank => new ExposedTrack
        {
            TrackId = $"track-{number + rank}",
            Rank = rank,
            Sources = { "als", "popular" },
            Score = 1.0 / rank,
            Propensity = 0.5,
        }));
        change?.Invoke(exposure);
        return exposure;
    }

    /// <summary>Good listens with these numbers.</summary>
    public static IEnumerable<Listen> Listens(int first, int count) => Enumerable.Range(first, count).Select(number => Listen(number));
}
