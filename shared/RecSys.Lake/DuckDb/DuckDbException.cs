namespace RecSys.Lake.DuckDb;

/// <summary>DuckDB refused or failed; the message is DuckDB's own.</summary>
public sealed class DuckDbException : Exception
{
    internal DuckDbException(string message)
        : base(message)
    {
    }

    /// <summary>Whether the engine's memory limit, or the disk that it spills to, was too small.</summary>
    internal bool IsOutOfMemory => Message.StartsWith("Out of Memory", StringComparison.Ordinal);
}
