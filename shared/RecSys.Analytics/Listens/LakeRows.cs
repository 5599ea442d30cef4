using System.Data.Common;
using System.Runtime.CompilerServices;
using RecSys.Analytics.Engine;
using RecSys.Lake;

namespace RecSys.Analytics.Listens;

/// <summary>Streams the rows of a query as records, computed on the thread pool a batch at a time.</summary>
internal static class LakeRows
{
    private const int BatchRows = 16_384;

    /// <summary>A row of user_id, track_id, listened_at (BIGINT, microseconds), played_share and play_count.</summary>
    public static LakeListen ReadListen(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        LakeTime.FromMicroseconds(row.GetInt64(2)),
        row.IsDBNull(3) ? null : row.GetFloat(3),
        row.GetInt32(4));

    /// <summary>A row of track_id, title, artist, album, genres, artist_ids, artists, album_ids, albums and genre_ids.</summary>
    public static LakeTrack ReadTrack(DbDataReader row) => new(row.GetString(0), row.Text(1), row.Text(2), row.Text(3), row.TextList(4))
    {
        ArtistIds = row.TextList(5),
        Artists = row.TextList(6),
        AlbumIds = row.TextList(7),
        Albums = row.TextList(8),
        GenreIds = row.TextList(9),
    };

    /// <summary>Of listens that come in order, those that are the same as one, with the larger share and play count.</summary>
    public static async IAsyncEnumerable<LakeListen> DistinctAsync(
        IAsyncEnumerable<LakeListen> ordered, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LakeListen? last = null;
        await foreach (var listen in ordered.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (last is not null && last.ListenedAt == listen.ListenedAt && last.UserId == listen.UserId && last.TrackId == listen.TrackId)
            {
                last = last with
                {
                    PlayedShare = listen.PlayedShare > last.PlayedShare ? listen.PlayedShare : last.PlayedShare ?? listen.PlayedShare,
                    PlayCount = Math.Max(listen.PlayCount, last.PlayCount),
                };
                continue;
            }

            if (last is not null)
            {
                yield return last;
            }

            last = listen;
        }

        if (last is not null)
        {
            yield return last;
        }
    }

    /// <summary>Streams a query over one file.</summary>
    public static IAsyncEnumerable<T> ReadFileAsync<T>(
        QueryEngine engine, string file, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken) =>
        ReadAsync(engine, sql, read, (_, exception) => new LakeCorruptException(file, exception.Message, exception), cancellationToken);

    /// <summary>Streams a query.</summary>
    /// <param name="engine">The engine to run it on.</param>
    /// <param name="sql">The query.</param>
    /// <param name="read">Makes a record of a row.</param>
    /// <param name="explain">Says what to throw when the engine fails; null for the failure itself.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        QueryEngine engine,
        string sql,
        Func<DbDataReader, T> read,
        Func<EngineConnection, EngineException, Exception?> explain,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = engine.Connect();
        using var rows = connection.Stream(sql, cancellationToken).GetEnumerator();
        while (true)
        {
            var batch = await Task.Run(NextBatch, cancellationToken).ConfigureAwait(false);
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
            try
            {
                while (batch.Count < BatchRows && rows.MoveNext())
                {
                    batch.Add(read(rows.Current));
                }
            }
            catch (EngineException exception)
            {
                throw explain(connection, exception) ?? exception;
            }

            return batch;
        }
    }
}
