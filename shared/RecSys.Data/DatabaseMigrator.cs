using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using RecSys.Contracts;
using RecSys.Data.Schema;

namespace RecSys.Data;

/// <summary>Creates or updates the schema. Safe to be called by many processes at once, and again.</summary>
public sealed class DatabaseMigrator
{
    private const int TracksAtOnce = 5_000;

    private readonly RecSysDatabase _database;
    private readonly ILogger<DatabaseMigrator> _logger;

    internal DatabaseMigrator(RecSysDatabase database, ILogger<DatabaseMigrator> logger)
    {
        _database = database;
        _logger = logger;
    }

    /// <summary>Which database this is, without secrets, such as <c>Postgres at 127.0.0.1:5432/recsys</c>.</summary>
    public string DescribeTarget() => _database.Target.Description;

    /// <summary>
    /// Creates the database when there is none, and brings its schema up to date, one process at a time. Does nothing
    /// when it is.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">
    /// The database can't be reached, opened or created; the message says which one was asked, why, and what to do.
    /// </exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_database.Target.SqliteFile is { } file)
            {
                await MigrateSqliteAsync(file, cancellationToken);
            }
            else
            {
                await MigratePostgresAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Explain(exception);
        }
    }

    /// <summary>Closes connections to SQLite files that wait to be used again, so that a file can be removed and another take its name.</summary>
    public static void CloseFiles() => SqliteConnection.ClearAllPools();

    private async Task MigratePostgresAsync(CancellationToken cancellationToken)
    {
        await CreateDatabaseAsync(cancellationToken);

        // EF locks while it migrates, but not before it has made its history table, which two may try at once.
        await using var held = await PostgresLock.TakeAsync(_database.Target, PostgresLock.MigrationKey, cancellationToken);
        await using var context = _database.CreateContext();
        var encoding = await context.Database.SqlQuery<string>($"SELECT getdatabaseencoding() AS \"Value\"").SingleAsync(cancellationToken);
        if (encoding != "UTF8")
        {
            throw new NotSupportedException($"It keeps text as {encoding}, which has no room for all names. Create it with ENCODING 'UTF8'.");
        }

        context.Database.SetCommandTimeout(0);
        await ApplyAsync(context, cancellationToken);
    }

    private async Task MigrateSqliteAsync(string file, CancellationToken cancellationToken)
    {
        await using var held = await FileLock.TakeAsync(file + ".migration.lock", cancellationToken);
        await using var context = _database.CreateContext();

        // EF marks a running migration by a row that a killed process leaves behind; under our own lock nobody's is running.
        await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        await ApplyAsync(context, cancellationToken);
    }

    private async Task ApplyAsync(RecSysDbContext context, CancellationToken cancellationToken)
    {
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count > 0)
        {
            DataLog.UpdatingSchema(_logger, DescribeTarget(), string.Join(", ", pending));
            await context.Database.MigrateAsync(cancellationToken);
        }

        while (await NameTracksAsync(context, cancellationToken) == TracksAtOnce)
        {
            context.ChangeTracker.Clear();
        }
    }

    /// <summary>Gives tracks the key of their names that were stored before there was one.</summary>
    /// <returns>How many; fewer than <see cref="TracksAtOnce"/> when none is left.</returns>
    private static async Task<int> NameTracksAsync(RecSysDbContext context, CancellationToken cancellationToken)
    {
        var tracks = await context.Tracks.Where(track => track.NameKey == null).OrderBy(track => track.TrackId).Take(TracksAtOnce).ToListAsync(cancellationToken);
        foreach (var track in tracks)
        {
            context.Entry(track.WithNameKey()).Property(named => named.NameKey).IsModified = true;
        }

        return await context.SaveChangesAsync(cancellationToken);
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var probe = new NpgsqlConnection(_database.Target.ConnectionString);
            await probe.OpenAsync(cancellationToken);
            return;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            DataLog.CreatingDatabase(_logger, DescribeTarget());
        }

        var settings = new NpgsqlConnectionStringBuilder(_database.Target.ConnectionString) { Pooling = false };
        var name = settings.Database ?? settings.Username!;
        settings.Database = "postgres";
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" ENCODING 'UTF8' TEMPLATE template0", connection);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception)
            when (exception.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process was faster.
        }
    }

    private DatabaseUnavailableException Explain(Exception exception)
    {
        var advice = (exception as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                "Check user and password in Database:ConnectionString.",
            PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege =>
                "Create the database, owned by the user of Database:ConnectionString, or let that user create it.",
            _ when _database.Target.SqliteFile is not null =>
                "Check that the folder exists or can be created, that it can be written to, and that the disk is not full.",
            _ => "Check that it runs and that Database:ConnectionString names its host and port.",
        };
        return new DatabaseUnavailableException(
            $"{DescribeTarget()} can't be used: {DatabaseTarget.FirstLine(exception)} {advice}", exception);
    }
}
