using RecSys.Contracts.Events.V1;
using RecSys.Data.Deletions;
using RecSys.Hosting;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.Validation;

/// <summary>Divides batches into good events, repeated ones, those of people who were deleted, and bad ones.</summary>
internal static class EventScreening
{
    /// <summary>Applies the rules to every event. The events themselves are left as they are.</summary>
    /// <typeparam name="TEvent">The event.</typeparam>
    /// <typeparam name="TIdentity">What makes it the one that it is.</typeparam>
    /// <param name="events">The events.</param>
    /// <param name="arrivedAt">When they came in.</param>
    /// <param name="deletedUsers">Whose old events are dropped, good and bad ones.</param>
    /// <param name="check">The rules.</param>
    /// <param name="identityOf">What makes two good events the same one.</param>
    /// <param name="merge">The first report of an event with what a later one knows better; null where the first counts.</param>
    /// <param name="faultsOf">
    /// What is wrong with the form in which the event at a place came, none when nothing is; the rules then have nothing to judge. Null
    /// where events come in the contract's own form.
    /// </param>
    public static ScreenedEvents<TEvent> Screen<TEvent, TIdentity>(
        IReadOnlyList<TEvent> events,
        DateTimeOffset arrivedAt,
        DeletedUsers deletedUsers,
        Action<TEvent, DateTimeOffset, FieldViolations> check,
        Func<TEvent, TIdentity> identityOf,
        Func<TEvent, TEvent, TEvent>? merge = null,
        Func<int, FieldViolations>? faultsOf = null)
        where TEvent : IUserEvent
        where TIdentity : notnull
    {
        var good = new List<TEvent>(events.Count);
        var bad = new List<BadEvent<TEvent>>();
        var places = new Dictionary<TIdentity, int>(events.Count);
        var (duplicates, deleted) = (0, 0);
        var violations = new FieldViolations();

        for (var i = 0; i < events.Count; i++)
        {
            var item = events[i];
            if (deletedUsers.Covers(item, arrivedAt))
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
                check(item, arrivedAt, violations);
            }

            if (violations.Count > 0)
            {
                bad.Add(new BadEvent<TEvent>(i, item, violations));
                violations = new FieldViolations();
            }
            else if (places.TryAdd(identityOf(item), good.Count))
            {
                good.Add(item);
            }
            else
            {
                duplicates++;
                if (merge is not null)
                {
                    var place = places[identityOf(item)];
                    good[place] = merge(good[place], item);
                }
            }
        }

        return new ScreenedEvents<TEvent>(good, duplicates, deleted, bad, arrivedAt);
    }
}

/// <summary>Divides exposures. Of those with the same id the first counts.</summary>
internal static class ExposureScreening
{
    /// <inheritdoc cref="EventScreening.Screen"/>
    public static ScreenedEvents<Exposure> Screen(IReadOnlyList<Exposure> exposures, DateTimeOffset arrivedAt, DeletedUsers deletedUsers) =>
        EventScreening.Screen(exposures, arrivedAt, deletedUsers, ExposureRules.Check, exposure => exposure.ExposureId);
}

/// <summary>One batch, divided into what may go on and what may not.</summary>
/// <param name="Good">Events that pass every rule, each once, in the order they came, with what those left out know better.</param>
/// <param name="Duplicates">Good events that stood in the batch before and were left out.</param>
/// <param name="Deleted">Events that a deletion of their user holds for. Nothing of them may be kept.</param>
/// <param name="Bad">Events that broke a rule, in the order they came.</param>
/// <param name="ArrivedAt">When the batch came in.</param>
internal sealed record ScreenedEvents<TEvent>(
    IReadOnlyList<TEvent> Good, int Duplicates, int Deleted, IReadOnlyList<BadEvent<TEvent>> Bad, DateTimeOffset ArrivedAt)
{
    /// <summary>Adds one violation for every bad field of every event, such as <c>listens[3].user_id</c>.</summary>
    /// <param name="violations">Receives them.</param>
    /// <param name="field">The request's field with the events.</param>
    public void AddTo(FieldViolations violations, string field = "listens")
    {
        foreach (var bad in Bad)
        {
            foreach (var violation in bad.Violations)
            {
                violations.Add($"{field}[{bad.Index}].{violation.Field}", violation.Description);
            }
        }
    }
}

/// <summary>An event that broke at least one rule.</summary>
/// <param name="Index">Position in the batch, from 0.</param>
/// <param name="Event">The event as it came.</param>
/// <param name="Violations">Every bad field.</param>
internal sealed record BadEvent<TEvent>(int Index, TEvent Event, IReadOnlyList<FieldViolation> Violations)
{
    /// <summary>What is wrong with it in one line.</summary>
    public string Reason => string.Join("; ", Violations.Select(violation => $"{violation.Field} {violation.Description}"));
}
