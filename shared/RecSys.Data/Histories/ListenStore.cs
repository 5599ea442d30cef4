using Microsoft.EntityFrameworkCore;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Deletions;
using RecSys.Data.Schema;
using RecSys.Data.Segments;

namespace RecSys.Data.Histories;

/// <summary>
/// Stores what messages of listens or exposures hold in one transaction: the segment that the lake has of them, what users heard lately, and
/// what was rejected. The ids of the messages are stored with it, so that a message that comes again is known.
/// </summary>
public sealed class ListenStore
{
    /// <summary>
    /// How long a stored message is known. A broker delivers a message again within minutes of its loss; what comes later than this is
    /// recognised listen by listen, or exposure by exposure.
    /// </summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(2);

    private readonly RecSysDatabase _database;
    private readonly ListenHistoryStore _history;
    private readonly RejectedListenStore _rejected;
    private readonly TimeProvider _clock;
    private DateTimeOffset _forgottenAt;

    internal ListenStore(RecSysDatabase database, ListenHistoryStore history, RejectedListenStore rejected, TimeProvider clock) =>
        (_database, _history, _rejected, _clock) = (database, history, rejected, clock);

    /// <summary>Which of these messages are stored already.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlySet<Guid>> FindStoredAsync(IReadOnlyCollection<Guid> messages, CancellationToken cancellationToken) => (await _database.ReadAsync(
        context => context.StoredMessages.Where(row => messages.Contains(row.MessageId)).Select(row => row.MessageId).ToListAsync(cancellationToken),
        cancellationToken)).ToHashSet();

    /// <summary>Stores all of it or nothing. Doing it twice ends as doing it once.</summary>
    /// <param name="messages">The ids of the messages; each once.</param>
    /// <param name="segment">The segment with their listens or exposures, whose file is there; null where they hold none that is good.</param>
    /// <param name="events">Their good listens or exposures.</param>
    /// <param name="listens">The same for the histories; none where they are exposures.</param>
    /// <param name="rejected">The others.</param>
    /// <param name="cancellationToken">Cancelled, nothing was stored.</param>
    /// <returns>
    /// Nobody when it was stored. Otherwise nothing was: some of the good events are of people who were deleted. Leave out what these
    /// deletions hold for, and store the rest.
    /// </returns>
    /// <exception cref="ArgumentException">A text that the databases can't keep.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; whether it was done is not known.</exception>
    public Task<DeletedUsers> StoreAsync(
        IReadOnlyCollection<Guid> messages,
        SegmentRow? segment,
        IReadOnlyList<IUserEvent> events,
        IReadOnlyList<RecentListenRow> listens,
        IReadOnlyList<RejectedListenRow> rejected,
        CancellationToken cancellationToken) => _database.WriteAsync(
        async context =>
        {
            // First: what is there already must not be written once more.
            if (segment is not null && await DatabaseSegmentCatalogue.AreThereAsync(context, [segment], cancellationToken))
            {
                return DeletedUsers.None;
            }

            var deleted = await DeletionLock.FindAsync(context, events.Select(item => item.UserId), cancellationToken);
            if (events.Any(item => deleted.Covers(item.UserId, item.EventTime?.ToDateTimeOffset())))
            {
                return deleted;
            }

            var now = _clock.GetUtcNow();
            if (segment is not null)
            {
                context.Add(segment with { AddedAt = now });
                await context.SaveChangesAsync(cancellationToken);
            }

            await ForgetAsync(context, now, cancellationToken);
            await RememberAsync(context, messages, now, cancellationToken);
            await _rejected.AddAsync(context, rejected, cancellationToken);
            await _history.AddAsync(context, listens, cancellationToken);
            return DeletedUsers.None;
        },
        cancellationToken);

    // The same bytes may come as a message of their own: then the newer one counts.
    private async Task RememberAsync(RecSysDbContext context, IReadOnlyCollection<Guid> messages, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_database.Options.IsPostgres)
        {
            var ids = messages.Order().ToArray();
            await context.Database.ExecuteSqlAsync(
                $"INSERT INTO stored_messages (message_id, stored_at) SELECT unnest({ids}), {now} ON CONFLICT (message_id) DO UPDATE SET stored_at = excluded.stored_at",
                cancellationToken);
        }
        else
        {
            await _database.Bulk.UpsertAsync(context, messages.Order().Select(message => new StoredMessageRow(message, now)), cancellationToken);
        }
    }

    // Once in an hour is enough for a table of which a row takes 50 bytes.
    private async Task ForgetAsync(RecSysDbContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - _forgottenAt > TimeSpan.FromHours(1))
        {
            var before = now - KnownFor;
            await context.StoredMessages.Where(row => row.StoredAt < before).ExecuteDeleteAsync(cancellationToken);
            _forgottenAt = now;
        }
    }
}
