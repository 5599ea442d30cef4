using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>Divides batches into good listens, repeated ones and bad ones.</summary>
internal sealed class ListenScreening(ListenRules rules)
{
    private const int NanosecondsPerMicrosecond = 1_000;

    /// <summary>Applies the rules to every listen. The listens themselves are left as they are.</summary>
    public ScreenedListens Screen(IReadOnlyList<Listen> listens)
    {
        var good = new List<Listen>(listens.Count);
        var bad = new List<BadListen>();
        var seen = new HashSet<(string UserId, string TrackId, long Seconds, int Microseconds)>(listens.Count);
        var duplicates = 0;
        var violations = new FieldViolations();

        for (var i = 0; i < listens.Count; i++)
        {
            var listen = listens[i];
            rules.Check(listen, violations);
            if (violations.Count > 0)
            {
                bad.Add(new BadListen(i, listen, violations));
                violations = new FieldViolations();
            }
            else if (seen.Add(IdentityOf(listen)))
            {
                good.Add(listen);
            }
            else
            {
                duplicates++;
            }
        }

        return new ScreenedListens(good, duplicates, bad);
    }

    /// <summary>Adds one violation for every bad field of every listen, such as <c>listens[3].user_id</c>.</summary>
    public void Check(IReadOnlyList<Listen> listens, FieldViolations violations)
    {
        foreach (var bad in Screen(listens).Bad)
        {
            foreach (var violation in bad.Violations)
            {
                violations.Add($"listens[{bad.Index}].{violation.Field}", violation.Description);
            }
        }
    }

    // The stores keep microseconds: times that differ below that are the same listen there.
    private static (string UserId, string TrackId, long Seconds, int Microseconds) IdentityOf(Listen listen) =>
        (listen.UserId, listen.TrackId, listen.ListenTime.Seconds, listen.ListenTime.Nanos / NanosecondsPerMicrosecond);
}

/// <summary>One batch, divided into what may go on and what may not.</summary>
/// <param name="Good">Listens that pass every rule, each once, in the order they came.</param>
/// <param name="Duplicates">Good listens that stood in the batch before and were left out.</param>
/// <param name="Bad">Listens that broke a rule, in the order they came.</param>
internal sealed record ScreenedListens(IReadOnlyList<Listen> Good, int Duplicates, IReadOnlyList<BadListen> Bad);

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
