using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Listens;

/// <summary>Files whose listens are read together, with numbers of their own for users and tracks.</summary>
internal abstract class ListenPart
{
    /// <summary>Receives a listen, by the part's numbers: user, track, time in microseconds, weight.</summary>
    public delegate void RowReader(int user, int track, long time, float weight);

    /// <summary>Receives a listen, by the part's numbers: user, track, time in microseconds, share (NaN where unknown), play count.</summary>
    public delegate void ListenReader(int user, int track, long time, float share, int plays);

    /// <summary>User ids by the part's numbers.</summary>
    public string[] UserIds { get; protected set; } = [];

    /// <summary>The listens of each user that the query reads, duplicates counted as often as they occur.</summary>
    public int[] UserCounts { get; protected set; } = [];

    /// <summary>Track ids by the part's numbers.</summary>
    public string[] TrackIds { get; protected set; } = [];

    /// <summary>For each track 1 if the query reads a listen of it, else 0.</summary>
    public int[] TrackCounts { get; protected set; } = [];

    /// <summary>Finds the ids and counts the listens of each user.</summary>
    /// <exception cref="EngineException">A file can't be read.</exception>
    public abstract void Count(EngineConnection connection, CancellationToken cancellationToken);

    /// <summary>Reads the listens that were counted, in any order.</summary>
    /// <exception cref="EngineException">A file can't be read.</exception>
    public abstract void Read(EngineConnection connection, RowReader read, CancellationToken cancellationToken);

    /// <summary>Reads the same listens with what is known of each.</summary>
    /// <exception cref="EngineException">A file can't be read.</exception>
    public abstract void ReadListens(EngineConnection connection, ListenReader read, CancellationToken cancellationToken);

    /// <summary>Runs a query that gives user, track (INTEGER), time (BIGINT) and weight (FLOAT).</summary>
    protected static void ReadRows(EngineConnection connection, string sql, RowReader read, CancellationToken cancellationToken)
    {
        foreach (var row in connection.Stream(sql, cancellationToken))
        {
            read(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetFloat(3));
        }
    }

    /// <summary>Runs a query that gives user, track (INTEGER), time (BIGINT), share (FLOAT) and plays (INTEGER).</summary>
    protected static void ReadListens(EngineConnection connection, string sql, ListenReader read, CancellationToken cancellationToken)
    {
        foreach (var row in connection.Stream(sql, cancellationToken))
        {
            read(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetFloat(3), row.GetInt32(4));
        }
    }

    /// <summary>Runs a query that gives ids.</summary>
    protected static string[] ReadIds(EngineConnection connection, string sql, CancellationToken cancellationToken) =>
        [.. connection.ReadRows(sql, row => row.GetString(0), cancellationToken)];
}
