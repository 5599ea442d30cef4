using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>
/// What a listen must be like to be stored. The gRPC service and the consumer on the bus, which other producers publish to
/// directly, apply the same rules.
/// </summary>
internal sealed class ListenRules(TimeProvider clock)
{
    /// <summary>Most plays that one record may stand for.</summary>
    public const uint MaxPlayCount = 10_000_000;

    /// <summary>How far a producer's clock may be ahead of this one.</summary>
    public static readonly TimeSpan MaxClockLead = TimeSpan.FromMinutes(10);

    private const int MaxNanoseconds = 999_999_999;

    /// <summary>Adds one violation for every bad field of <paramref name="listen"/>; adds nothing when it is good.</summary>
    public void Check(Listen listen, FieldViolations violations)
    {
        violations.RequireId(listen.UserId, "user_id");
        violations.RequireId(listen.TrackId, "track_id");
        CheckTime(violations, listen.ListenTime);
        if (listen.HasPlayedShare)
        {
            violations.RequireRange(listen.PlayedShare, 0, 1, "played_share");
        }

        violations.RequireRange(listen.PlayCount, 0, MaxPlayCount, "play_count");
    }

    private void CheckTime(FieldViolations violations, Timestamp? time)
    {
        const string Field = "listen_time";
        if (time is null)
        {
            violations.Add(Field, "must be set to when the play began");
            return;
        }

        violations.Require(
            time.Nanos is >= 0 and <= MaxNanoseconds, Field, $"must have 0 to {MaxNanoseconds} nanoseconds, has {time.Nanos}");
        violations.Require(time.Seconds >= 0, Field, "must not be before 1970-01-01T00:00:00Z");

        // Compared in whole seconds: the year 200,000 overflows every other type.
        var now = clock.GetUtcNow();
        if (time.Seconds > (now + MaxClockLead).ToUnixTimeSeconds())
        {
            violations.Add(Field, string.Create(
                CultureInfo.InvariantCulture,
                $"must not be more than {MaxClockLead.TotalMinutes:0} minutes ahead of the server's clock, "
                + $"which shows {now.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z; is the producer's clock right, and its unit seconds?"));
        }
    }
}

/// <summary>What a batch must be like as a whole, whatever its listens are.</summary>
internal static class BatchRules
{
    /// <summary>Most listens in one request or stream message.</summary>
    public const int MaxListens = 500;

    /// <summary>Longest name of a producer, in Unicode code points.</summary>
    public const int MaxProducerLength = 128;

    /// <summary>Adds one violation for everything that makes the whole batch unusable; none for single bad listens.</summary>
    public static void Check(IReadOnlyCollection<Listen> listens, string producer, FieldViolations violations)
    {
        violations.RequireRange(listens.Count, 1, MaxListens, "listens");
        violations.RequireText(producer, "producer", MaxProducerLength);
    }
}
