using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Lake;

namespace RecSys.Analytics.Upkeep;

/// <summary>Looks after the files of a lake.</summary>
/// <param name="queries">The lake and its engine.</param>
public sealed class LakeUpkeep(LakeQueries queries)
{
    private ListenLake Lake => queries.Lake;

    /// <summary>
    /// Merges small segments of the same date, so that reading opens fewer files; listens that were added several times are kept
    /// once. Others may write and read meanwhile; other compactions and deletions wait for their turn. A lake in a bucket stays as it is.
    /// </summary>
    /// <param name="options">Which segments.</param>
    /// <param name="cancellationToken">Cancelled, the dates that are done stay done.</param>
    /// <exception cref="LakeCorruptException">A segment can't be read; its date is as it was.</exception>
    public Task<CompactionReport> CompactAsync(CompactionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinSegments, 2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSegmentBytes, 1, nameof(options));

        // In a bucket the segments that were merged would have to go together with the appearance of the merged one.
        return Lake.IsInBucket ? Task.FromResult(CompactionReport.Nothing) : MaintainAsync(
            connection => new SegmentCompactor(connection, Lake.Folders, Lake.Compression).Compact(options, cancellationToken),
            CompactionReport.Nothing,
            cancellationToken);
    }

    /// <summary>
    /// Deletes everything of a user from segments and imports, and counts afterwards that nothing is left. Listens of the user
    /// that are added meanwhile or later are new.
    /// </summary>
    /// <param name="userId">The producer's id of the user.</param>
    /// <param name="cancellationToken">Cancelled, a part may be deleted; call again.</param>
    /// <exception cref="LakeCorruptException">A file can't be read; the user may be in it.</exception>
    /// <exception cref="IOException">
    /// The lake can't be written, or an import was replaced meanwhile: call again. Or it is in a bucket, where this can't be done.
    /// </exception>
    public Task<UserDeletionReport> DeleteUserAsync(string userId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        if (Lake.IsInBucket)
        {
            throw new IOException(
                $"The lake is in {Lake.Location}, where rows of a user can't be deleted. Copy it into a folder, delete there, and copy it back while nothing writes.");
        }

        return MaintainAsync(
            connection => new UserEraser(connection, Lake.Folders, Lake.Compression, userId).Erase(cancellationToken),
            new UserDeletionReport(0, 0, []),
            cancellationToken);
    }

    /// <summary>What lies in the lake. Looks at names, sizes and footers only.</summary>
    public Task<LakeStatus> ReadStatusAsync(CancellationToken cancellationToken = default) => Task.Run(
        () => queries.Read(InteractionQuery.All, (connection, _) => LakeStatusReader.Read(queries, connection, cancellationToken), cancellationToken),
        cancellationToken);

    private async Task<T> MaintainAsync<T>(Func<EngineConnection, T> work, T ofNoLake, CancellationToken cancellationToken)
    {
        var engine = queries.Engine;
        if (!Directory.Exists(Lake.RootFolder))
        {
            return ofNoLake;
        }

        using var taken = await UpkeepLock.TakeAsync(Lake.Folders, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                using var connection = engine.Connect();
                return work(connection);
            },
            cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Which segments are merged.</summary>
public sealed record CompactionOptions
{
    /// <summary>Only dates with at least this many segments to merge, from 2. Default: 2.</summary>
    public int MinSegments { get; init; } = 2;

    /// <summary>Segments of this size in bytes or more are left as they are, from 1. Default: 256 MiB.</summary>
    public long MaxSegmentBytes { get; init; } = 256L << 20;
}

/// <summary>What a compaction did.</summary>
/// <param name="Dates">Dates whose segments were merged.</param>
/// <param name="SegmentsBefore">Segments that were merged.</param>
/// <param name="SegmentsAfter">Segments that took their place.</param>
/// <param name="BytesBefore">Size of the segments that were merged.</param>
/// <param name="BytesAfter">Size of those in their place.</param>
/// <param name="RowsBefore">Rows that were merged.</param>
/// <param name="RowsAfter">Rows in their place: each listen once.</param>
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

/// <summary>What the deletion of a user removed.</summary>
/// <param name="Rows">Rows of the user that were removed, repeated listens counted as often as they were stored.</param>
/// <param name="Segments">Segments that were written again without them, or removed.</param>
/// <param name="Imports">Names of the imports that were written again without them.</param>
public sealed record UserDeletionReport(long Rows, int Segments, IReadOnlyList<string> Imports);
