using RecSys.Lake.DuckDb;

namespace RecSys.Analytics.Listens;

/// <summary>Files whose listens are read together, with numbers of their own for users and tracks.</summary>
internal abstract class ListenPart
{
    /// <summary>Receives listens, by the part's numbers: users, tracks, times in microseconds, weights.</summary>
    public delegate void RowReader(
        ReadOnlySpan<int> users, ReadOnlySpan<int> tracks, ReadOnlySpan<long> times, ReadOnlySpan<float> weights);

    /// <summary>
    /// Receives listens, by the part's numbers: users, tracks, times in microseconds, shares (NaN where unknown), play counts.
    /// </summary>
    public delegate void ListenReader(
        ReadOnlySpan<int> users, ReadOnlySpan<int> tracks, ReadOnlySpan<long> times, ReadOnlySpan<float> shares, ReadOnlySpan<int> plays);

    /// <summary>User ids by the part's numbers.</summary>
    public string[] UserIds { get; protected set; } = [];

    /// <summary>The listens of each user that the query reads, duplicates counted as often as they occur.</summary>
    public int[] UserCounts { get; protected set; } = [];

    /// <summary>Track ids by the part's numbers.</summary>
    public string[] TrackIds { get; protected set; } = [];

    /// <summary>For each track 1 if the query reads a listen of it, else 0.</summary>
    public int[] TrackCounts { get; protected set; } = [];

    /// <summary>Finds the ids and counts the listens of each user.</summary>
    /// <exception cref="DuckDbException">A file can't be read.</exception>
    public abstract void Count(DuckDbConnection connection, CancellationToken cancellationToken);

    /// <summary>Reads the listens that were counted, in any order.</summary>
    /// <exception cref="DuckDbException">A file can't be read.</exception>
    public abstract void Read(DuckDbConnection connection, RowReader read, CancellationToken cancellationToken);

    /// <summary>Reads the same listens with what is known of each.</summary>
    /// <exception cref="DuckDbException">A file can't be read.</exception>
    public abstract void ReadListens(DuckDbConnection connection, ListenReader read, CancellationToken cancellationToken);

    /// <summary>Runs a query that gives user, track (INTEGER), time (BIGINT) and weight (FLOAT).</summary>
    protected static void ReadRows(DuckDbConnection connection, string sql, RowReader read, CancellationToken cancellationToken)
    {
        using var rows = connection.Query(sql, cancellationToken);
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                read(chunk.Column(0).Values<int>(), chunk.Column(1).Values<int>(), chunk.Column(2).Values<long>(), chunk.Column(3).Values<float>());
            }
        }
    }

    /// <summary>Runs a query that gives user, track (INTEGER), time (BIGINT), share (FLOAT) and plays (INTEGER).</summary>
    protected static void ReadListens(DuckDbConnection connection, string sql, ListenReader read, CancellationToken cancellationToken)
    {
        using var rows = connection.Query(sql, cancellationToken);
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                read(
                    chunk.Column(0).Values<int>(), chunk.Column(1).Values<int>(), chunk.Column(2).Values<long>(),
                    chunk.Column(3).Values<float>(), chunk.Column(4).Values<int>());
            }
        }
    }

    /// <summary>Runs a query that gives ids, and perhaps their counts (INTEGER).</summary>
    protected static (string[] Ids, int[] Counts) ReadIds(DuckDbConnection connection, string sql, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        var counts = new List<int>();
        using var rows = connection.Query(sql, cancellationToken);
        var hasCounts = rows.ColumnCount > 1;
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                var values = chunk.Column(0);
                for (var row = 0; row < chunk.RowCount; row++)
                {
                    ids.Add(values.Text(row)!);
                }

                if (hasCounts)
                {
                    counts.AddRange(chunk.Column(1).Values<int>());
                }
            }
        }

        return (ids.ToArray(), counts.ToArray());
    }
}
