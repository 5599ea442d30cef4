using System.Runtime.CompilerServices;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Lake;

namespace RecSys.Analytics.Listens;

/// <summary>What is asked of a lake: the listens for trainings, numbers of them, imported logs. It has the engine that queries the files.</summary>
public sealed class LakeQueries : IDisposable
{
    // Compaction and imports replace files while others read: what was read of files that are gone is read again. One attempt
    // takes milliseconds in a lake that is compacted all the time, and loses perhaps every third race.
    private const int MaxReadAttempts = 100;

    private readonly LakeEngineOptions _options;
    private readonly Lazy<QueryEngine> _engine;
    private bool _isDisposed;

    /// <summary>The engine for a lake. It is started by the first call.</summary>
    /// <param name="lake">The lake, which stays the caller's to dispose.</param>
    /// <param name="options">What the engine may use; null, the default: what the lake's settings say.</param>
    public LakeQueries(ListenLake lake, LakeEngineOptions? options = null)
    {
        Lake = lake;
        _options = options ?? lake.EngineOptions;
        _engine = new Lazy<QueryEngine>(() => QueryEngine.Open(_options));
    }

    /// <summary>The lake.</summary>
    public ListenLake Lake { get; }

    internal QueryEngine Engine
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _engine.Value;
        }
    }

    /// <summary>Reads the cells of the user × item matrix: distinct listens, added up.</summary>
    /// <returns>The cells; none for an empty lake.</returns>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<LakeInteractions> ReadInteractionsAsync(InteractionQuery query, CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(
                query,
                (connection, source) => InteractionReader.Read(connection, source, query.KeepsListenTimes, _options.Threads, cancellationToken),
                cancellationToken),
            cancellationToken);

    /// <summary>Reads distinct listens in the order of their times (then user and track).</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public IAsyncEnumerable<LakeListen> ReadListensAsync(InteractionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return LakeRows.DistinctAsync(ReadOrderedAsync(query, cancellationToken), cancellationToken);
    }

    /// <summary>Reads the distinct listens of users to tracks that <see cref="ReadInteractionsAsync"/> named; others are left out.</summary>
    /// <param name="userIds">In ordinal order; a userIndex is a position in it.</param>
    /// <param name="trackIds">In ordinal order; an itemIndex is a position in it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<LakeHistories> ReadHistoriesAsync(string[] userIds, string[] trackIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userIds);
        ArgumentNullException.ThrowIfNull(trackIds);
        return Task.Run(
            () => Read(
                InteractionQuery.All,
                (connection, source) => HistoryReader.Read(connection, source, userIds, trackIds, _options.Threads, cancellationToken),
                cancellationToken),
            cancellationToken);
    }

    /// <summary>Counts distinct listens, imported ones included.</summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<long> CountListensAsync(CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(
                InteractionQuery.All,
                (connection, source) => source.IsEmpty
                    ? 0
                    : connection.QueryLong(
                        source.IsOneImport
                            ? $"SELECT count(*) FROM ({source.Sql()})"
                            : $"SELECT count(*) FROM (SELECT DISTINCT user_id, track_id, listened_at FROM ({source.Sql()}))",
                        cancellationToken),
                cancellationToken),
            cancellationToken);

    /// <summary>
    /// Counts the rows of all files, listens that were added twice among them: quick whatever the size of the lake, to see whether it
    /// has grown.
    /// </summary>
    /// <exception cref="LakeCorruptException">A file can't be read.</exception>
    public Task<long> CountRowsAsync(CancellationToken cancellationToken = default) =>
        Task.Run(
            () => Read(
                InteractionQuery.All,
                (connection, source) => source.IsEmpty
                    ? 0
                    : connection.QueryLong(
                        $"SELECT count(*) FROM {SqlText.Parquet(source.Files)}", cancellationToken),
                cancellationToken),
            cancellationToken);

    /// <summary>An imported log.</summary>
    /// <returns>The log; null when there is none of that name.</returns>
    public ImportedLog? FindImport(string name) => ImportedLog.Find(this, name);

    /// <summary>An imported log that somebody named.</summary>
    /// <exception cref="LakeInputException">There is none of that name; the message has those that are there.</exception>
    public ImportedLog RequireImport(string name) => FindImport(name)
        ?? throw new LakeInputException(
            name, "is no import of this lake", Lake.ListImports() is { Count: > 0 } names ? $"Name one of {string.Join(", ", names)}" : "Import a log first");

    /// <summary>Stops the engine.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (_engine.IsValueCreated)
        {
            _engine.Value.Dispose();
        }
    }

    private async IAsyncEnumerable<LakeListen> ReadOrderedAsync(InteractionQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var source = new ListenSource(Lake.Folders, query);
            if (source.IsEmpty)
            {
                yield break;
            }

            await using var listens = LakeRows.ReadAsync<LakeListen>(
                Engine,
                $"SELECT user_id, track_id, listened_at, played_share, play_count FROM ({source.Sql()}) ORDER BY listened_at, user_id, track_id",
                LakeRows.ReadListen,
                (connection, failure) => source.FindUnreadableFile(connection, failure, cancellationToken),
                cancellationToken).GetAsyncEnumerator(cancellationToken);
            bool hasNext;
            try
            {
                // Ordered, so that every file was read when the first listen is there.
                hasNext = await listens.MoveNextAsync().ConfigureAwait(false);
            }
            catch (EngineException) when (attempt < MaxReadAttempts && source.HasChanged)
            {
                continue;
            }

            while (hasNext)
            {
                yield return listens.Current;
                hasNext = await listens.MoveNextAsync().ConfigureAwait(false);
            }

            yield break;
        }
    }

    internal T Read<T>(InteractionQuery query, Func<EngineConnection, ListenSource, T> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        for (var attempt = 1; ; attempt++)
        {
            var source = new ListenSource(Lake.Folders, query);
            using var connection = Engine.Connect();
            try
            {
                var result = read(connection, source);
                if (!source.HasChangedImports)
                {
                    return result;
                }
            }
            catch (LakeChangedException)
            {
                // Read again below.
            }
            catch (EngineException failure)
            {
                if (source.FindUnreadableFile(connection, failure, cancellationToken) is { } corrupt)
                {
                    throw corrupt;
                }

                if (attempt == MaxReadAttempts || !source.HasChanged)
                {
                    throw;
                }
            }

            if (attempt == MaxReadAttempts)
            {
                throw new IOException($"The lake {Lake.RootFolder} was changed each of {MaxReadAttempts} times that it was read. Try again when imports are done.");
            }
        }
    }
}

/// <summary>Files were replaced between two looks at them: what was read does not belong together and is read again.</summary>
internal sealed class LakeChangedException() : Exception("The lake changed while it was read.");
