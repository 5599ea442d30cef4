using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake;

namespace RecSys.Analytics.Upkeep;

/// <summary>Looks after the files of a lake.</summary>
/// <param name="queries">The lake and its engine.</param>
public sealed class LakeUpkeep(LakeQueries queries)
{
    // Whoever replaces the same files at the same time wins once; a deletion that loses looks again at what there is then.
    private const int MaxAttempts = 20;

    private ListenLake Lake => queries.Lake;

    /// <summary>
    /// Merges small segments of the same kind and date, so that reading opens fewer files; listens and exposures that were added several
    /// times are kept once. Others may write, read, compact and delete meanwhile. Then files are removed that are part of the lake no more.
    /// </summary>
    /// <param name="options">Which segments.</param>
    /// <param name="cancellationToken">Cancelled, the dates that are done stay done.</param>
    /// <exception cref="LakeCorruptException">A segment can't be read; its date is as it was, the others are merged.</exception>
    public async Task<CompactionReport> CompactAsync(CompactionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinSegments, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSegmentBytes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Grace, TimeSpan.Zero, nameof(options));
        await queries.UpkeepTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using var snapshot = await Lake.OpenAsync(options.IsSmall, cancellationToken).ConfigureAwait(false);
            if (snapshot.IsEmpty)
            {
                return CompactionReport.Nothing;
            }

            using var connection = queries.Engine.Connect();
            return await new SegmentCompactor(Lake, connection).CompactAsync(snapshot, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            queries.UpkeepTurn.Release();
            if (!cancellationToken.IsCancellationRequested)
            {
                await Lake.SweepAsync(options.Grace, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Removes what deletions hold for from segments and imports, in one step: from then on the lake has nothing of it. The files that had
    /// it go when nobody reads them any more, by the next compaction or sweep after its grace period.
    /// </summary>
    /// <param name="deleted">The deletions. Those whose user has no id are erased already.</param>
    /// <param name="cancellationToken">Cancelled, nothing was removed.</param>
    /// <exception cref="LakeCorruptException">A file can't be read; somebody may be in it. Nothing was removed.</exception>
    /// <exception cref="IOException">The lake can't be written, or others replaced files all the time. Nothing was removed.</exception>
    public async Task<ErasureReport> EraseAsync(DeletedUsers deleted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deleted);
        await queries.UpkeepTurn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await EraseInTurnAsync(new DeletedUsers(deleted.Rows.Where(user => user.UserId is not null)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            queries.UpkeepTurn.Release();
        }
    }

    private async Task<ErasureReport> EraseInTurnAsync(DeletedUsers deleted, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            await using var snapshot = await Lake.OpenAsync(cancellationToken).ConfigureAwait(false);
            if (snapshot.IsEmpty || deleted.IsEmpty)
            {
                return new ErasureReport(0, 0, []);
            }

            using var connection = queries.Engine.Connect();
            if (await new UserEraser(Lake, connection, deleted).EraseAsync(snapshot, cancellationToken).ConfigureAwait(false) is { } report)
            {
                return report;
            }
        }

        throw new IOException($"The lake {Lake.Location} was changed each of {MaxAttempts} times that a person was to be erased. Try again when imports and compactions are done.");
    }

    /// <summary>
    /// Removes exposures that were shown before a UTC date: whole segments as they are, and of segments of several dates the rows, once a
    /// day. Files go by the next compaction after its grace period.
    /// </summary>
    /// <param name="before">The first moment that stays; of its date all stays.</param>
    /// <param name="cancellationToken">Cancelled, what is removed stays removed.</param>
    /// <returns>How many rows were removed.</returns>
    /// <exception cref="LakeCorruptException">A segment can't be read; those before it are done.</exception>
    /// <exception cref="IOException">The lake can't be written.</exception>
    public async Task<long> ExpireExposuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        var cut = new DateTimeOffset(before.UtcDateTime.Date, TimeSpan.Zero);
        bool IsOld(SegmentRow segment) => segment.Kind == SegmentKind.Exposures && segment.FirstListen < cut;
        if (!(await Lake.ListAsync(cancellationToken).ConfigureAwait(false)).Any(IsOld))
        {
            return 0;
        }

        await using var snapshot = await Lake.OpenAsync(segment => IsOld(segment) && segment.LastListen >= cut, cancellationToken).ConfigureAwait(false);
        using var connection = queries.Engine.Connect();
        var removed = 0L;
        foreach (var segment in snapshot.Segments.Where(IsOld))
        {
            removed += await new SegmentCompactor(Lake, connection).CutAsync(segment, cut, cancellationToken).ConfigureAwait(false);
        }

        return removed;
    }

    /// <summary>
    /// Takes a Parquet file that another program wrote into the lake: with the columns of segments (README.md of RecSys.Lake), of types
    /// that can be cast to theirs without loss. More columns are left out, and so are listens that a deletion holds for.
    /// </summary>
    /// <param name="file">The file, which stays as it is.</param>
    /// <param name="cancellationToken">Cancelled, nothing was added.</param>
    /// <returns>How many rows were added, and how many left out: without user, track or time, with values that no listen has, or of a person who was deleted.</returns>
    /// <exception cref="Imports.LakeInputException">It can't be read, or lacks a column. Nothing was added.</exception>
    /// <exception cref="IOException">The lake can't be written. Nothing was added.</exception>
    public async Task<(long Added, long LeftOut)> AddFileAsync(string file, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        using var connection = queries.Engine.Connect();
        using var staged = new StagedSegment(Lake, connection);
        var everybody = await Lake.ReadDeletedAsync(cancellationToken).ConfigureAwait(false);
        long rows;
        try
        {
            rows = await Task.Run(() => staged.WriteForeign(file, everybody, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (EngineException failure) when (!failure.IsOutOfMemory)
        {
            throw new Imports.LakeInputException(
                file,
                $"can't be taken as a segment: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}",
                "It needs user_id and track_id (text or whole numbers), listened_at (a timestamp), played_share (a number or null) and play_count (a whole number)");
        }

        await staged.ReplaceAsync([], cancellationToken, everybody.Number).ConfigureAwait(false);
        return (staged.Row?.Rows ?? 0, rows - (staged.Row?.Rows ?? 0));
    }

    /// <summary>What lies in the lake, as its catalogue says: no file of listens is read.</summary>
    public async Task<LakeStatus> ReadStatusAsync(CancellationToken cancellationToken = default)
    {
        await using var snapshot = await Lake.OpenAsync(segment => segment.Kind == SegmentKind.Import, cancellationToken).ConfigureAwait(false);
        return LakeStatus.Of(queries, snapshot);
    }
}

/// <summary>Which segments are merged.</summary>
public sealed record CompactionOptions
{
    /// <summary>Only dates with at least this many segments to merge, from 2. Default: 2.</summary>
    public int MinSegments { get; init; } = 2;

    /// <summary>Segments of this size in bytes or more are left as they are, from 1. Default: 256 MiB.</summary>
    public long MaxSegmentBytes { get; init; } = 256L << 20;

    /// <summary>
    /// How long files stay that are part of the lake no more, and that nobody is known to read, from 0. It is longer than a write takes,
    /// and than clocks differ. Default: 1 hour.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromHours(1);

    internal bool IsSmall(SegmentRow segment) => segment.Kind != SegmentKind.Import && segment.Bytes < MaxSegmentBytes;
}

/// <summary>What a compaction did.</summary>
/// <param name="Dates">Dates whose segments were merged; one of which both listens and exposures were merged counts twice.</param>
/// <param name="SegmentsBefore">Segments that were merged.</param>
/// <param name="SegmentsAfter">Segments that took their place.</param>
/// <param name="BytesBefore">Size of the segments that were merged.</param>
/// <param name="BytesAfter">Size of those in their place.</param>
/// <param name="RowsBefore">Rows that were merged.</param>
/// <param name="RowsAfter">Rows in their place: each listen, and each position of a slate, once.</param>
public sealed record CompactionReport(
    int Dates, int SegmentsBefore, int SegmentsAfter, long BytesBefore, long BytesAfter, long RowsBefore, long RowsAfter)
{
    /// <summary>Nothing was to be done.</summary>
    public static readonly CompactionReport Nothing = new(0, 0, 0, 0, 0, 0, 0);

    internal CompactionReport Add(CompactionReport other) => new(
        Dates + other.Dates,
        SegmentsBefore + other.SegmentsBefore,
        SegmentsAfter + other.SegmentsAfter,
        BytesBefore + other.BytesBefore,
        BytesAfter + other.BytesAfter,
        RowsBefore + other.RowsBefore,
        RowsAfter + other.RowsAfter);
}

/// <summary>What an erasure removed.</summary>
/// <param name="Rows">Rows that were removed, of listens and exposures, repeated ones counted as often as they were stored.</param>
/// <param name="Segments">Segments that were written again without them, or removed.</param>
/// <param name="Imports">Names of the imports that were written again without them.</param>
public sealed record ErasureReport(long Rows, int Segments, IReadOnlyList<string> Imports);
