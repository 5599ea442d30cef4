namespace RecSys.Data;

/// <summary>Result codes of SQLite (sqlite.org/rescode.html) that mean "not now".</summary>
internal static class SqliteErrorCodes
{
    public const int Busy = 5;

    public const int Locked = 6;
}
