using Microsoft.EntityFrameworkCore;
using RecSys.Data.Deletions;
using RecSys.Data.Schema;

namespace RecSys.Data.Segments;

/// <summary>
/// The catalogue in the database, table <c>lake_segments</c>. Several processes may change it at the same time: each change is one
/// transaction that looks whether what it replaces is still there.
/// </summary>
public sealed class DatabaseSegmentCatalogue : ISegmentCatalogue
{
    /// <summary>A reader that has died holds segments for so long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private readonly RecSysDatabase _database;
    private readonly TimeProvider _clock;

    internal DatabaseSegmentCatalogue(RecSysDatabase database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <inheritdoc/>
    public async Task<HeldSegments> HoldAsync(CancellationToken cancellationToken)
    {
        var reader = Guid.NewGuid().ToString("N");

        // First the reader and then the reading: what is removed in between is held as well.
        await _database.WriteAsync(
            async context =>
            {
                var now = _clock.GetUtcNow();
                await context.SegmentReaders.Where(row => row.ReaderId == reader).ExecuteDeleteAsync(cancellationToken);
                context.Add(new SegmentReaderRow(reader, now, now + Lease) { Number = await LastReaderAsync(context, cancellationToken) + 1 });
                return await context.SaveChangesAsync(cancellationToken);
            },
            cancellationToken);
        var renewal = new Renewal(this, reader);
        try
        {
            var segments = await ListAsync(cancellationToken);

            // Read last: nobody's erasure ends while this reader holds files that the person may be in.
            var deleted = await _database.ReadAsync(context => DeletedUserStore.UnerasedAsync(context, cancellationToken), cancellationToken);
            return new HeldSegments(segments, new DeletedUsers(deleted), renewal.DisposeAsync);
        }
        catch
        {
            await renewal.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SegmentRow>> ListAsync(CancellationToken cancellationToken) => await _database.ReadAsync(
        context => context.LakeSegments.Where(segment => segment.RemovedAt == null).OrderBy(segment => segment.Path).ToListAsync(cancellationToken),
        cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> SwapAsync(
        IReadOnlyList<SegmentRow> added, IReadOnlyList<string> removed, CancellationToken cancellationToken, long? heededDeletions = null)
    {
        var gone = removed.Distinct(StringComparer.Ordinal).ToArray();
        try
        {
            return await _database.WriteAsync(
                async context =>
                {
                    var now = _clock.GetUtcNow();
                    if (added.Count > 0 && await AreThereAsync(context, added, cancellationToken))
                    {
                        return true;
                    }

                    if (heededDeletions is { } heeded)
                    {
                        await DeletionLock.RequireNoneAfterAsync(context, heeded, cancellationToken);
                    }

                    if (gone.Length > 0 && await context.LakeSegments.Where(segment => gone.Contains(segment.Path) && segment.RemovedAt == null)
                        .ExecuteUpdateAsync(update => update.SetProperty(segment => segment.RemovedAt, now), cancellationToken) < gone.Length)
                    {
                        throw new SegmentConflictException();
                    }

                    context.AddRange(added.Select(segment => segment with { AddedAt = now, RemovedAt = null }));
                    await context.SaveChangesAsync(cancellationToken);
                    return true;
                },
                cancellationToken);
        }
        catch (SegmentConflictException)
        {
            return false;
        }
        catch (DbUpdateException exception) when (RecSysDatabase.IsDuplicateKey(exception))
        {
            // Another import of that name, or the same swap by somebody else at the same moment.
            return await _database.ReadAsync(context => AreThereAsync(context, added, cancellationToken), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<DeletedUsers> ReadDeletedAsync(CancellationToken cancellationToken) =>
        new(await _database.ReadAsync(context => context.DeletedUsers.ToListAsync(cancellationToken), cancellationToken));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SegmentRow>> ListRemovableAsync(TimeSpan grace, CancellationToken cancellationToken) => await _database.WriteAsync(
        async context =>
        {
            var now = _clock.GetUtcNow();
            await context.SegmentReaders.Where(reader => reader.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);

            // By number, not by time: a removal says when it began, and a reader who came after that may have read before it was committed. One
            // who may have been told of what is seen to be removed here was there before this, so the number is asked for after it.
            var removed = await context.LakeSegments.Where(segment => segment.RemovedAt != null && segment.LastReader == null)
                .Select(segment => segment.Path).ToArrayAsync(cancellationToken);
            long? last = await LastReaderAsync(context, cancellationToken);
            await context.LakeSegments.Where(segment => removed.Contains(segment.Path))
                .ExecuteUpdateAsync(update => update.SetProperty(segment => segment.LastReader, last), cancellationToken);
            var oldest = await context.SegmentReaders.MinAsync(reader => (long?)reader.Number, cancellationToken) ?? long.MaxValue;
            var before = now - grace;
            return await context.LakeSegments.Where(segment => segment.RemovedAt <= before && segment.LastReader < oldest).OrderBy(segment => segment.Path).ToListAsync(cancellationToken);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task ForgetAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) => _database.WriteAsync(
        context => context.LakeSegments.Where(segment => paths.Contains(segment.Path)).ExecuteDeleteAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> ListPathsAsync(CancellationToken cancellationToken) => (await _database.ReadAsync(
        context => context.LakeSegments.Select(segment => segment.Path).ToListAsync(cancellationToken), cancellationToken)).ToHashSet(StringComparer.Ordinal);

    private static async Task<long> LastReaderAsync(RecSysDbContext context, CancellationToken cancellationToken) => Math.Max(
        await context.SegmentReaders.MaxAsync(reader => (long?)reader.Number, cancellationToken) ?? 0,
        await context.LakeSegments.MaxAsync(segment => segment.LastReader, cancellationToken) ?? 0);

    internal static async Task<bool> AreThereAsync(RecSysDbContext context, IReadOnlyList<SegmentRow> segments, CancellationToken cancellationToken)
    {
        var paths = segments.Select(segment => segment.Path).ToArray();
        return await context.LakeSegments.CountAsync(segment => paths.Contains(segment.Path), cancellationToken) == segments.Count;
    }

    /// <summary>Keeps a reader's row alive, and removes it in the end.</summary>
    private sealed class Renewal : IAsyncDisposable
    {
        private readonly DatabaseSegmentCatalogue _catalogue;
        private readonly string _reader;
        private readonly CancellationTokenSource _ended = new();
        private readonly Task _work;

        public Renewal(DatabaseSegmentCatalogue catalogue, string reader)
        {
            (_catalogue, _reader) = (catalogue, reader);
            _work = RenewAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ended.Dispose();
            try
            {
                await _catalogue._database.WriteAsync(
                    context => context.SegmentReaders.Where(row => row.ReaderId == _reader).ExecuteDeleteAsync(), CancellationToken.None);
            }
            catch (DatabaseUnavailableException)
            {
                // The row expires.
            }
        }

        private async Task RenewAsync()
        {
            using var timer = new PeriodicTimer(Lease / 4, _catalogue._clock);
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                try
                {
                    var expiresAt = _catalogue._clock.GetUtcNow() + Lease;
                    await _catalogue._database.WriteAsync(
                        context => context.SegmentReaders.Where(row => row.ReaderId == _reader)
                            .ExecuteUpdateAsync(update => update.SetProperty(row => row.ExpiresAt, expiresAt), _ended.Token),
                        _ended.Token);
                }
                catch (DatabaseUnavailableException)
                {
                    // Three more tries before the row expires.
                }
            }
        }
    }
}

/// <summary>A segment that was to be replaced was replaced by somebody else.</summary>
internal sealed class SegmentConflictException() : Exception("Segments were replaced by somebody else meanwhile.");
