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
