using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace RecSys.Data;

/// <summary>
/// Which failures of a database are the database's own and pass, by themselves or when somebody mends it: what was asked for was
/// right, and may be asked for again. All others are the statement's.
/// </summary>
public static class DatabaseFailure
{
    /// <summary>
    /// Classes of SQLSTATE: connection (08), rollback (40), resources such as a full disk (53), object in use (55), operator (57:
    /// shutting down, starting up, timeout), system (58).
    /// </summary>
    private static readonly HashSet<string> PassingClasses = new(["08", "40", "53", "55", "57", "58"], StringComparer.Ordinal);

    /// <summary>Whether an exception, or one that it wraps, is such a failure.</summary>
    public static bool IsPassing(Exception? exception) => exception switch
    {
        null => false,
        DatabaseUnavailableException => true,
        AggregateException several => several.InnerExceptions.Any(IsPassing),
        SqliteException sqlite => IsPassing(sqlite.SqliteErrorCode),
        DbException { SqlState: { } state } when IsPassing(state) => true,
        DbException { IsTransient: true } => true,
        _ => IsPassing(exception.InnerException),
    };

    /// <summary>What somebody must do so that it passes; null where waiting is enough.</summary>
    internal static string? RemedyOf(Exception? exception) => exception switch
    {
        null => null,
        PostgresException postgres => postgres.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                "Check user and password in Database:ConnectionString.",
            PostgresErrorCodes.InsufficientPrivilege => "Give the user of Database:ConnectionString the right to it.",
            PostgresErrorCodes.ReadOnlySqlTransaction => "Let Database:ConnectionString name the primary server, with Target Session Attributes=primary where it lists several.",
            PostgresErrorCodes.DiskFull => "Make room on the server's disk.",
            _ => null,
        },
        SqliteException sqlite => sqlite.SqliteErrorCode switch
        {
            SQLitePCL.raw.SQLITE_FULL => "Make room on the disk.",
            SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => "Another process is writing to it; try again.",
            _ => null,
        },
        _ => RemedyOf(exception.InnerException),
    };

    // A rotated password, a missing right and a server that has become a standby are mended from outside, in the hours after a change.
    private static bool IsPassing(string sqlState) =>
        sqlState is PostgresErrorCodes.InvalidPassword
            or PostgresErrorCodes.InvalidAuthorizationSpecification
            or PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.ReadOnlySqlTransaction
        || (sqlState.Length == 5 && PassingClasses.Contains(sqlState[..2]));

    private static bool IsPassing(int sqliteCode) =>
        sqliteCode is SQLitePCL.raw.SQLITE_BUSY
            or SQLitePCL.raw.SQLITE_LOCKED
            or SQLitePCL.raw.SQLITE_FULL
            or SQLitePCL.raw.SQLITE_IOERR
            or SQLitePCL.raw.SQLITE_CANTOPEN
            or SQLitePCL.raw.SQLITE_READONLY;
}

/// <summary>The database did not answer, or not in time; the same call may succeed later. The message names the server, never a secret.</summary>
public sealed class DatabaseUnavailableException : Exception
{
    internal DatabaseUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
