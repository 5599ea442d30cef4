namespace RecSys.Lake.DuckDb;

/// <summary>DuckDB refused or failed; the message is DuckDB's own.</summary>
public sealed class DuckDbException : Exception
{
    internal DuckDbException(string message)
        : base(message)
    {
    }
}
