using System.Data.Common;
using System.Runtime.CompilerServices;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports;

/// <summary>A log that was imported: its report, and its listens and tracks to go through again.</summary>
public sealed class ImportedLog
{
    private const string ListenColumns = "user_id, track_id, epoch_us(listened_at), played_share, play_count";

    private readonly LakeQueries _queries;
    private readonly string _folder;
    private readonly string _notDeleted;

    private ImportedLog(LakeQueries queries, LakeSnapshot lake, string folder, ImportReport report)
    {
        _queries = queries;
        _folder = folder;
        _notDeleted = DeletedListens.Condition(lake.Deleted);
        Report = report;
    }

    /// <summary>What the import found and kept.</summary>
    public ImportReport Report { get; }

    internal static ImportedLog Open(LakeQueries queries, LakeSnapshot lake, string name) =>
        new(queries, lake, lake.Import(name), ImportReportFile.Read(Path.Combine(lake.Import(name), LakeFolders.ImportReportFile)));

    /// <summary>
    /// All listens by time, user and track. A weight comes as the nearest play count of at least 1, a missing time as
    /// <see cref="LakeListen.UnknownTime"/>.
    /// </summary>
    /// <exception cref="LakeCorruptException">The import's file can't be read.</exception>
    public IAsyncEnumerable<LakeListen> ReadListensAsync(CancellationToken cancellationToken = default) =>
        Read<LakeListen>(
            LakeFolders.ImportListensFile,
            ListenColumns,
            _notDeleted,
            "listened_at, user_id, track_id",
            LakeRows.ReadListen,
            cancellationToken);

    /// <summary>
    /// The newest listens of each user, in no order of users, for stores that keep no more. A user with many may come with
    /// some older ones besides.
    /// </summary>
    /// <param name="perUser">So many at least, or all that the user has.</param>
    /// <param name="cancellationToken">Interrupts the reading.</param>
    /// <exception cref="LakeCorruptException">The import's file can't be read.</exception>
    public async IAsyncEnumerable<LakeListen> ReadNewestListensAsync(
        int perUser, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perUser, 1);

        // A user's listens lie together in the order of time, so that those of a run that comes to its end are its newest.
        // Threads of the engine may cut a run in two: then each part gives its newest.
        var run = new Queue<LakeListen>();
        await foreach (var listen in Read<LakeListen>(
            LakeFolders.ImportListensFile, ListenColumns, _notDeleted, null, LakeRows.ReadListen, cancellationToken).ConfigureAwait(false))
        {
            if (run.TryPeek(out var first) && first.UserId != listen.UserId)
            {
                while (run.TryDequeue(out var kept))
                {
                    yield return kept;
                }
            }

            run.Enqueue(listen);
            if (run.Count > perUser)
            {
                run.Dequeue();
            }
        }

        foreach (var kept in run)
        {
            yield return kept;
        }
    }

    /// <summary>The catalogue by track id; empty when the log came without one.</summary>
    /// <exception cref="LakeCorruptException">The import's file can't be read.</exception>
    public IAsyncEnumerable<LakeTrack> ReadTracksAsync(CancellationToken cancellationToken = default) =>
        Read<LakeTrack>(
            LakeFolders.ImportTracksFile,
            "track_id, title, artist, album, genres, artist_ids, artists, album_ids, albums, genre_ids",
            "TRUE",
            "track_id",
            LakeRows.ReadTrack,
            cancellationToken);

    private IAsyncEnumerable<T> Read<T>(
        string name, string columns, string condition, string? order, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder, name);
        return LakeRows.ReadFileAsync(
            _queries.Engine,
            file,
            $"SELECT {columns} FROM {SqlText.Parquet(file)} WHERE {condition}{(order is null ? "" : " ORDER BY " + order)}",
            read,
            cancellationToken);
    }
}
