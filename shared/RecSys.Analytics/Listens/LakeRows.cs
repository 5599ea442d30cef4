using System.Runtime.CompilerServices;
using RecSys.Lake;
using RecSys.Lake.DuckDb;

namespace RecSys.Analytics.Listens;

/// <summary>Streams the rows of a query as records, computed on the thread pool a batch at a time.</summary>
internal static class LakeRows
{
    private const int BatchRows = 16_384;

    /// <summary>Makes a record of each row of a chunk.</summary>
    public delegate void ChunkReader<T>(DuckDbChunk chunk, List<T> records);

    /// <summary>Reads user_id, track_id, listened_at (BIGINT, microseconds), played_share and play_count.</summary>
    public static void ReadListens(DuckDbChunk chunk, List<LakeListen> records)
    {
        var users = chunk.Column(0);
        var tracks = chunk.Column(1);
        var times = chunk.Column(2).Values<long>();
        var shares = chunk.Column(3);
        var plays = chunk.Column(4).Values<int>();
        for (var row = 0; row < chunk.RowCount; row++)
        {
            records.Add(new LakeListen(
                users.Text(row)!,
                tracks.Text(row)!,
                LakeTime.FromMicroseconds(times[row]),
                shares.IsNull(row) ? null : shares.Values<float>()[row],
                plays[row]));
        }
    }

    /// <summary>Reads track_id, title, artist, album, genres, artist_ids, artists, album_ids, albums and genre_ids.</summary>
    public static void ReadTracks(DuckDbChunk chunk, List<LakeTrack> records)
    {
        var ids = chunk.Column(0);
        var titles = chunk.Column(1);
        var artistTexts = chunk.Column(2);
        var albumTexts = chunk.Column(3);
        var genres = chunk.Column(4);
        var artistIds = chunk.Column(5);
        var artists = chunk.Column(6);
        var albumIds = chunk.Column(7);
        var albums = chunk.Column(8);
        var genreIds = chunk.Column(9);
        for (var row = 0; row < chunk.RowCount; row++)
        {
            records.Add(
                new LakeTrack(ids.Text(row)!, titles.Text(row) ?? "", artistTexts.Text(row) ?? "", albumTexts.Text(row) ?? "", genres.TextList(row))
                {
                    ArtistIds = artistIds.TextList(row),
                    Artists = artists.TextList(row),
                    AlbumIds = albumIds.TextList(row),
                    Albums = albums.TextList(row),
                    GenreIds = genreIds.TextList(row),
                });
        }
    }

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
        DuckDbDatabase engine, string file, string sql, ChunkReader<T> read, CancellationToken cancellationToken) =>
        ReadAsync(engine, sql, read, (_, exception) => new LakeCorruptException(file, exception.Message, exception), cancellationToken);

    /// <summary>Streams a query.</summary>
    /// <param name="engine">The engine to run it on.</param>
    /// <param name="sql">The query.</param>
    /// <param name="read">Makes records of the rows.</param>
    /// <param name="explain">Says what to throw when the engine fails; null for the failure itself.</param>
    /// <param name="cancellationToken">Interrupts the query.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        DuckDbDatabase engine,
        string sql,
        ChunkReader<T> read,
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
                    read(chunk, batch);
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
