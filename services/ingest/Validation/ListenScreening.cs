using System.Text;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>Divides listens.</summary>
internal static class ListenScreening
{
    /// <inheritdoc cref="EventScreening.Screen"/>
    public static ScreenedEvents<Listen> Screen(
        IReadOnlyList<Listen> listens, DateTimeOffset arrivedAt, DeletedUsers deletedUsers, Func<int, FieldViolations>? faultsOf = null) =>
        EventScreening.Screen(listens, arrivedAt, deletedUsers, ListenRules.Check, listen => new ListenIdentity(listen), Merge, faultsOf);

    /// <summary>The first one with what the other one knows better.</summary>
    private static Listen Merge(Listen first, Listen other)
    {
        var share = SameListen.PlayedShare(ShareOf(first), ShareOf(other));
        var count = (uint)SameListen.PlayCount((int)first.PlayCount, (int)other.PlayCount);
        if (share == ShareOf(first) && count == first.PlayCount)
        {
            return first;
        }

        var merged = first.Clone();
        merged.PlayCount = count;
        if (share is { } known)
        {
            merged.PlayedShare = known;
        }

        return merged;

        static float? ShareOf(Listen listen) => listen.HasPlayedShare ? listen.PlayedShare : null;
    }
}

/// <summary>Bad events as the contract reports them: one entry for every bad field.</summary>
internal static class RejectedFields
{
    /// <param name="bad">The listen.</param>
    /// <param name="firstIndex">Position of its batch's first listen in the whole call.</param>
    public static IEnumerable<RejectedListen> Of(BadEvent<Listen> bad, long firstIndex) => bad.Violations.Select(
        violation => new RejectedListen { Index = firstIndex + bad.Index, Field = violation.Field, Reason = violation.Description });

    /// <summary>The same for an exposure.</summary>
    public static IEnumerable<RejectedExposure> Of(BadEvent<Exposure> bad) => bad.Violations.Select(
        violation => new RejectedExposure { Index = bad.Index, Field = violation.Field, Reason = violation.Description });
}

/// <summary>What a batch must be like as a whole, whatever its events are.</summary>
internal static class BatchRules
{
    /// <summary>Most listens, or other events, in one request, stream message or message on the bus.</summary>
    public const int MaxListens = EventBatches.MaxEvents;

    /// <summary>Longest name of a producer, in Unicode code points.</summary>
    public const int MaxProducerLength = 128;

    /// <summary>Adds one violation for everything that makes the whole batch unusable; none for single bad events.</summary>
    public static void Check<TEvent>(IReadOnlyCollection<TEvent> events, string producer, FieldViolations violations, string field = "listens")
    {
        violations.RequireRange(events.Count, 1, MaxListens, field);
        violations.RequireText(producer, "producer", MaxProducerLength);
    }
}

/// <summary>A foreign producer's name for itself, made fit to be stored and shown whatever it was.</summary>
internal static class ProducerText
{
    /// <summary>The name without control characters, cut to the length that the gRPC service allows.</summary>
    public static string Storable(string producer)
    {
        var text = new StringBuilder();
        foreach (var rune in producer.EnumerateRunes().Take(BatchRules.MaxProducerLength))
        {
            text.Append((Rune.IsControl(rune) ? Rune.ReplacementChar : rune).ToString());
        }

        return text.ToString();
    }
}
