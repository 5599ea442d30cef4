using System.Runtime.CompilerServices;
using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Interactions;

/// <summary>Streams the rows of a query as records, computed on the thread pool a batch at a time.</summary>
internal static class LakeRows
{
    private const int BatchRows = 16_384;

    /// <summary>Makes a record of a row.</summary>
    public delegate T RowReader<out T>(DuckDbChunk chunk, int row);

    /// <summary>Reads user_id, track_id, listened_at (BIGINT, microseconds), played_share and play_count.</summary>
    public static LakeListen Listen(DuckDbChunk chunk, int row)
    {
        var share = chunk.Column(3);
        return new LakeListen(
            chunk.Column(0).Text(row)!,
            chunk.Column(1).Text(row)!,
            LakeTime.FromMicroseconds(chunk.Column(2).Values<long>()[row]),
            share.IsNull(row) ? null : share.Values<float>()[row],
            chunk.Column(4).Values<int>()[row]);
    }

    /// <summary>Reads track_id, title, artist, album and genres.</summary>
    public static LakeTrack Track(DuckDbChunk chunk, int row) =>
        new(
            chunk.Column(0).Text(row)!,
            chunk.Column(1).Text(row) ?? "",
            chunk.Column(2).Text(row) ?? "",
            chunk.Column(3).Text(row) ?? "",
            chunk.Column(4).TextList(row));

    /// <summary>Streams a query over one file.</summary>
    public static IAsyncEnumerable<T> ReadFileAsync<T>(
        DuckDbDatabase engine, string file, string sql, RowReader<T> read, CancellationToken cancellationToken) =>
        ReadAsync(engine, sql, read, (_, exception) => new LakeCorruptException(file, exception.Message, exception), cancellationToken);

    /// <summary>Streams a query.</summary>
    /// <param name="engine">The engine to run it on.</param>
    /// <param name="sql">The query.</param>
    /// <param name="read">Makes a record of a row.</param>
    /// <param name="explain">Says what to throw when the engine fails; null for the failure itself.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        DuckDbDatabase engine,
        string sql,
        RowReader<T> read,
        Func<DuckDbConnection, DuckDbException, Exception?> explain,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = engine.Connect();
        using var rows = await Task.Run(() => Explained(() => connection.Query(sql, cancellationToken)), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var batch = await Task.Run(() => Explained(NextBatch), cancellationToken).ConfigureAwait(false);
            if (batch.Count == 0)
            {
                yield break;
            }

            foreach (var record in batch)
            {
                yield return record;
            }
        }

        List<T> NextBatch()
        {
            var batch = new List<T>(BatchRows);
            while (batch.Count < BatchRows && rows.NextChunk() is { } chunk)
            {
                using (chunk)
                {
                    for (var row = 0; row < chunk.RowCount; row++)
                    {
                        batch.Add(read(chunk, row));
                    }
                }
            }

            return batch;
        }

        TResult Explained<TResult>(Func<TResult> run)
        {
            try
            {
                return run();
            }
            catch (DuckDbException exception)
            {
                throw explain(connection, exception) ?? exception;
            }
        }
    }
}
