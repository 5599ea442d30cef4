using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

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
