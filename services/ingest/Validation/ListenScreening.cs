using System.Text;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Data.Deletions;
using RecSys.Hosting;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>Divides batches into good listens, repeated ones, those of people who were deleted, and bad ones.</summary>
internal static class ListenScreening
{
    /// <summary>Applies the rules to every listen. The listens themselves are left as they are.</summary>
    /// <param name="listens">The listens.</param>
    /// <param name="arrivedAt">When they came in.</param>
    /// <param name="deletedUsers">Whose old listens are dropped, good and bad ones.</param>
    /// <param name="faultsOf">
    /// What is wrong with the form in which the listen at a place came, none when nothing is; the rules then have nothing to judge. Null
    /// where listens come in the contract's own form.
    /// </param>
    public static ScreenedListens Screen(
        IReadOnlyList<Listen> listens, DateTimeOffset arrivedAt, DeletedUsers deletedUsers, Func<int, FieldViolations>? faultsOf = null)
    {
        var good = new List<Listen>(listens.Count);
        var bad = new List<BadListen>();
        var seen = new HashSet<ListenIdentity>(listens.Count);
        var (duplicates, deleted) = (0, 0);
        var violations = new FieldViolations();

        for (var i = 0; i < listens.Count; i++)
        {
            var listen = listens[i];
            if (deletedUsers.Covers(listen, arrivedAt))
            {
                deleted++;
                continue;
            }

            if (faultsOf?.Invoke(i) is { Count: > 0 } faults)
            {
                violations = faults;
            }
            else
            {
                ListenRules.Check(listen, arrivedAt, violations);
            }

            if (violations.Count > 0)
            {
                bad.Add(new BadListen(i, listen, violations));
                violations = new FieldViolations();
            }
            else if (seen.Add(new ListenIdentity(listen)))
            {
                good.Add(listen);
            }
            else
            {
                duplicates++;
            }
        }

        return new ScreenedListens(good, duplicates, deleted, bad, arrivedAt);
    }
}

/// <summary>One batch, divided into what may go on and what may not.</summary>
/// <param name="Good">Listens that pass every rule, each once, in the order they came.</param>
/// <param name="Duplicates">Good listens that stood in the batch before and were left out.</param>
/// <param name="Deleted">Listens that a deletion of their user holds for. Nothing of them may be kept.</param>
/// <param name="Bad">Listens that broke a rule, in the order they came.</param>
/// <param name="ArrivedAt">When the batch came in.</param>
internal sealed record ScreenedListens(
    IReadOnlyList<Listen> Good, int Duplicates, int Deleted, IReadOnlyList<BadListen> Bad, DateTimeOffset ArrivedAt)
{
    /// <summary>Adds one violation for every bad field of every listen, such as <c>listens[3].user_id</c>.</summary>
    public void AddTo(FieldViolations violations)
    {
        foreach (var bad in Bad)
        {
            foreach (var violation in bad.Violations)
            {
                violations.Add($"listens[{bad.Index}].{violation.Field}", violation.Description);
            }
        }
    }
}

/// <summary>A listen that broke at least one rule.</summary>
/// <param name="Index">Position in the batch, from 0.</param>
/// <param name="Listen">The listen as it came.</param>
/// <param name="Violations">Every bad field.</param>
internal sealed record BadListen(int Index, Listen Listen, IReadOnlyList<FieldViolation> Violations)
{
    /// <summary>What is wrong with it in one line.</summary>
    public string Reason => string.Join("; ", Violations.Select(violation => $"{violation.Field} {violation.Description}"));
}

/// <summary>Bad listens as the contract reports them: one entry for every bad field.</summary>
internal static class RejectedFields
{
    /// <param name="bad">The listen.</param>
    /// <param name="firstIndex">Position of its batch's first listen in the whole call.</param>
    public static IEnumerable<RejectedListen> Of(BadListen bad, long firstIndex) => bad.Violations.Select(
        violation => new RejectedListen { Index = firstIndex + bad.Index, Field = violation.Field, Reason = violation.Description });
}

/// <summary>What a batch must be like as a whole, whatever its listens are.</summary>
internal static class BatchRules
{
    /// <summary>Most listens in one request, stream message or message on the bus.</summary>
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
