using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.Ingest.Validation;

/// <summary>
/// What a listen must be like to be stored. The gRPC service and the consumer on the bus, which other producers publish to
/// directly, apply the same rules.
/// </summary>
internal sealed class ListenRules(TimeProvider clock)
{
    /// <summary>Most listens in one request, one stream message or one message on the bus.</summary>
    public const int MaxListensPerBatch = 500;

    /// <summary>Most plays that one record may stand for.</summary>
    public const uint MaxPlayCount = 10_000_000;

    /// <summary>How far a producer's clock may be ahead of this one.</summary>
    public static readonly TimeSpan MaxClockLead = TimeSpan.FromMinutes(10);

    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Adds one fault for every bad field of <paramref name="listen"/>; adds nothing when it is good.</summary>
    public void Check(Listen listen, List<FieldFault> faults)
    {
        Add(faults, "user_id", TextRules.FaultOfId(listen.UserId));
        Add(faults, "track_id", TextRules.FaultOfId(listen.TrackId));
        Add(faults, "listen_time", FaultOfTime(listen.ListenTime));

        // Written so that NaN, which compares false with everything, fails.
        if (listen.HasPlayedShare && !(listen.PlayedShare >= 0 && listen.PlayedShare <= 1))
        {
            Add(faults, "played_share", $"is {listen.PlayedShare}; it must be a number from 0 to 1, or unset when unknown.");
        }

        if (listen.PlayCount > MaxPlayCount)
        {
            Add(faults, "play_count", $"is {listen.PlayCount:N0}; at most {MaxPlayCount:N0} are allowed.");
        }
    }

    private static void Add(List<FieldFault> faults, string field, string? reason)
    {
        if (reason is not null)
        {
            faults.Add(new FieldFault(field, reason));
        }
    }

    private string? FaultOfTime(Timestamp? time)
    {
        if (time is null)
        {
            return "is required: when the play began.";
        }

        if (time.Nanos is < 0 or >= NanosecondsPerSecond)
        {
            return $"has {time.Nanos:N0} nanoseconds; 0 to 999,999,999 are allowed.";
        }

        if (time.Seconds < 0)
        {
            return "is before 1970-01-01T00:00:00Z; send the time when the play began.";
        }

        // Compared in whole seconds: a year 200,000 overflows every other type.
        var now = clock.GetUtcNow();
        return time.Seconds > (now + MaxClockLead).ToUnixTimeSeconds()
            ? $"is more than {MaxClockLead.TotalMinutes:0} minutes ahead of the server's clock ({now:yyyy-MM-ddTHH:mm:ssZ}); check the producer's clock and that the unit is seconds."
            : null;
    }
}
