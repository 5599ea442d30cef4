using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace RecSys.Data;

/// <summary>A connection string as it is used, and how to speak of it without giving away what is in it.</summary>
internal sealed record DatabaseTarget
{
    private DatabaseTarget(string connectionString, string description, string? sqliteFile)
    {
        ConnectionString = connectionString;
        Description = description;
        SqliteFile = sqliteFile;
    }

    public string ConnectionString { get; }

    /// <summary>Such as <c>Postgres at db:5432/recsys</c> or <c>SQLite file /data/recsys.db</c>.</summary>
    public string Description { get; }

    /// <summary>Full path of the SQLite file; null on Postgres.</summary>
    public string? SqliteFile { get; }

    /// <exception cref="ArgumentException">The connection string can't be used; the message says what to set.</exception>
    public static DatabaseTarget Of(DatabaseOptions options) => options.IsPostgres ? OfPostgres(options) : OfSqlite(options);

    /// <returns>Why the connection string can't be used and what to set; null when it can.</returns>
    public static string? FindProblem(DatabaseOptions options)
    {
        try
        {
            Of(options);
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    private static DatabaseTarget OfPostgres(DatabaseOptions options)
    {
        var parts = Parse(() => new NpgsqlConnectionStringBuilder(options.ConnectionString), "Host=…;Database=…;Username=…;Password=…");
        if (string.IsNullOrWhiteSpace(parts.Host) || string.IsNullOrWhiteSpace(parts.Database ?? parts.Username))
        {
            throw new ArgumentException(
                "ConnectionString names no host or no database. Set it to Host=…;Database=…;Username=…;Password=….");
        }

        parts.ApplicationName ??= "recsys";

        // Npgsql would look for Kerberos' library at each start, and complain where there is none, as in the images. Who encrypts with it says Require.
        parts.GssEncryptionMode = parts.GssEncryptionMode == GssEncryptionMode.Prefer ? GssEncryptionMode.Disable : parts.GssEncryptionMode;

        // Bulk writes have no time limit, and a held lock is only listened to; this notices within a minute or so that the server's machine is gone.
        parts.TcpKeepAlive = true;
        parts.TcpKeepAliveTime = parts.TcpKeepAliveTime == 0 ? 30 : parts.TcpKeepAliveTime;
        parts.TcpKeepAliveInterval = parts.TcpKeepAliveInterval == 0 ? 5 : parts.TcpKeepAliveInterval;
        var database = parts.Database ?? parts.Username;
        return new DatabaseTarget(parts.ConnectionString, $"Postgres at {parts.Host}:{parts.Port}/{database}", null);
    }

    private static DatabaseTarget OfSqlite(DatabaseOptions options)
    {
        var parts = Parse(() => new SqliteConnectionStringBuilder(options.ConnectionString), "Data Source=PATH");
        if (parts.DataSource.Length == 0
            || parts.DataSource.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
            || parts.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            || parts.Mode == SqliteOpenMode.Memory)
        {
            throw new ArgumentException(
                "ConnectionString names no file; a database in memory would be lost. Set it to Data Source=PATH.");
        }

        // Processes that reach one file by different links share its locks, which lie beside the file itself.
        var file = Path.GetFullPath(parts.DataSource);
        file = File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file : file;
        parts.DataSource = file;
        parts.ForeignKeys = true;

        // Also limits the wait for the turn to write, where it is another process's.
        parts.DefaultTimeout = options.CommandTimeoutSeconds;
        return new DatabaseTarget(parts.ConnectionString, $"SQLite file {file}", file);
    }

    public DatabaseUnavailableException Unavailable(Exception exception) =>
        DatabaseFailure.RemedyOf(exception) is { } remedy
            ? new($"{Description} can't be used now: {FirstLine(exception)} {remedy}", exception)
            : new($"{Description} does not answer: {FirstLine(exception)} Check that it runs and can be reached; then try again.", exception);

    /// <summary>The innermost message, which says what really happened, as a sentence.</summary>
    public static string FirstLine(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        var line = exception.Message.Split('\n')[0].TrimEnd('\r', ' ');
        return line.EndsWith('.') ? line : line + ".";
    }

    /// <summary>Describes without the connection string.</summary>
    public override string ToString() => Description;

    // The parsers' own messages may quote what they were given, hence a password.
    private static T Parse<T>(Func<T> parse, string example)
        where T : DbConnectionStringBuilder
    {
        try
        {
            return parse();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            throw new ArgumentException($"ConnectionString has a key or value that is not known. Set it to {example}.");
        }
    }
}
