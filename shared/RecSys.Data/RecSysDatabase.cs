using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using RecSys.Data.Bulk;
using RecSys.Data.Schema;

namespace RecSys.Data;

/// <summary>What all stores share: contexts, the bulk writer of the chosen database, retries and errors that name the server.</summary>
internal sealed class RecSysDatabase
{
    /// <summary>A server that was restarted leaves dead connections in the pool; an attempt may meet one.</summary>
    private const int Attempts = 3;

    private readonly DbContextOptions<PostgresDbContext>? _postgres;
    private readonly DbContextOptions<SqliteDbContext>? _sqlite;

    /// <summary>
    /// SQLite lets one writer in at a time, and those who wait look again after up to 100 ms: one that writes piece after
    /// piece would be back long before. Within a process writers therefore queue here, first come, first served.
    /// </summary>
    private readonly SemaphoreSlim? _writers;

    public RecSysDatabase(DatabaseOptions options, ILoggerFactory loggers)
    {
        Options = options;
        Target = DatabaseTarget.Of(options);
        if (options.IsPostgres)
        {
            Bulk = new PostgresBulkWriter();
            _postgres = Configure(new DbContextOptionsBuilder<PostgresDbContext>(), loggers)
                .UseNpgsql(Target.ConnectionString, npgsql => npgsql.CommandTimeout(options.CommandTimeoutSeconds))
                .Options;
        }
        else
        {
            _writers = new SemaphoreSlim(1, 1);
            Bulk = new SqliteBulkWriter();
            _sqlite = Configure(new DbContextOptionsBuilder<SqliteDbContext>(), loggers)
                .UseSqlite(Target.ConnectionString, sqlite => sqlite.CommandTimeout(options.CommandTimeoutSeconds))
                .AddInterceptors(new SqliteConnectionSettings())
                .Options;
        }
    }

    public DatabaseOptions Options { get; }

    public DatabaseTarget Target { get; }

    public IBulkWriter Bulk { get; }

    public RecSysDbContext CreateContext() => _postgres is not null ? new PostgresDbContext(_postgres) : new SqliteDbContext(_sqlite!);

    /// <summary>Reads; repeated when the connection turns out to be dead.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<T> ReadAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken) =>
        RepeatAsync(
            async () =>
            {
                await using var context = CreateContext();
                return await work(context);
            },
            cancellationToken);

    /// <summary>Writes in one transaction, committed at the end; repeated as a whole, so doing it twice must end as doing it once.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public Task<T> WriteAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken) =>
        RepeatAsync(() => InTransactionAsync(work, true, cancellationToken), cancellationToken);

    /// <summary>As <see cref="WriteAsync{T}"/>, but not repeated when the commit fails, which may have been done all the same.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; whether it was done is not known.</exception>
    public Task<T> WriteOnceAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken) =>
        RepeatAsync(() => InTransactionAsync(work, false, cancellationToken), cancellationToken);

    /// <summary>Streams rows; an interrupted stream is not taken up again.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or stopped answering on the way.</exception>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        Func<RecSysDbContext, IQueryable<T>> query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var context = CreateContext();
        await using var rows = query(context).AsAsyncEnumerable().GetAsyncEnumerator(cancellationToken);
        while (await ExplainAsync(() => rows.MoveNextAsync().AsTask(), cancellationToken))
        {
            yield return rows.Current;
        }
    }

    /// <summary>
    /// Overwrites what a SQLite file and its log keep of deleted rows, by writing the file anew. Postgres does that row by row as it needs the
    /// room, and shows it to nobody meanwhile.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The file can't be written now, such as while another process does.</exception>
    public async Task ScrubAsync(CancellationToken cancellationToken)
    {
        if (_writers is null)
        {
            return;
        }

        await _writers.WaitAsync(cancellationToken);
        try
        {
            await ReadAsync(
                async context =>
                {
                    context.Database.SetCommandTimeout(TimeSpan.Zero);
                    await context.Database.OpenConnectionAsync(cancellationToken);
                    await context.Database.ExecuteSqlRawAsync("VACUUM", cancellationToken);
                    await using var checkpoint = context.Database.GetDbConnection().CreateCommand();
                    checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                    return (long)(await checkpoint.ExecuteScalarAsync(cancellationToken))! == 0
                        ? true
                        : throw Target.Unavailable(new TimeoutException("Its log can't be emptied while others read it."));
                },
                cancellationToken);
        }
        finally
        {
            _writers.Release();
        }
    }

    /// <summary>Whether the same call may well succeed in a while.</summary>
    internal static bool IsPassing(Exception exception) => exception is not DatabaseUnavailableException && DatabaseFailure.IsPassing(exception);

    /// <summary>Whether a row with the same key was there already.</summary>
    internal static bool IsDuplicateKey(DbUpdateException exception) => exception.InnerException switch
    {
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        SqliteException sqlite => sqlite.SqliteErrorCode == SQLitePCL.raw.SQLITE_CONSTRAINT,
        _ => false,
    };

    private static DbContextOptionsBuilder<TContext> Configure<TContext>(DbContextOptionsBuilder<TContext> builder, ILoggerFactory loggers)
        where TContext : RecSysDbContext =>
        builder
            .UseLoggerFactory(loggers)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)

            // Whoever asked gets the exception and says what it means; statements are for debugging.
            .ConfigureWarnings(warnings => warnings.Log(
                (RelationalEventId.CommandExecuted, LogLevel.Debug),
                (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.ConnectionError, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug)));

    private async Task<T> InTransactionAsync<T>(
        Func<RecSysDbContext, Task<T>> work, bool mayRepeatCommit, CancellationToken cancellationToken)
    {
        await (_writers?.WaitAsync(cancellationToken) ?? Task.CompletedTask);
        try
        {
            await using var context = CreateContext();
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var result = await work(context);
            try
            {
                await transaction.CommitAsync(cancellationToken);
            }
            catch (Exception exception) when (!mayRepeatCommit && IsPassing(exception))
            {
                throw Target.Unavailable(exception);
            }

            return result;
        }
        finally
        {
            _writers?.Release();
        }
    }

    private async Task<T> RepeatAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt < Attempts; attempt++)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (IsPassing(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return await ExplainAsync(work, cancellationToken);
    }

    private async Task<T> ExplainAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Target.Unavailable(exception);
        }
    }
}

/// <summary>
/// Settings that SQLite keeps per connection. WAL lets readers go on while one writer writes. With FULL a commit has
/// reached the disk when it returns: an answered listen survives the end of the process and of the power.
/// </summary>
internal sealed class SqliteConnectionSettings : DbConnectionInterceptor
{
    private const string Settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 1000;";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Settings;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
