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
    /// <summary>A server that was restarted leaves dead connections in the pool; each costs one attempt.</summary>
    private const int Attempts = 3;

    private readonly DbContextOptions<PostgresDbContext>? _postgres;
    private readonly DbContextOptions<SqliteDbContext>? _sqlite;

    public RecSysDatabase(DatabaseOptions options, ILoggerFactory loggers)
    {
        Options = options;
        if (options.IsPostgres)
        {
            Target = DatabaseTarget.OfPostgres(options);
            Bulk = new PostgresBulkWriter();
            _postgres = Configure(new DbContextOptionsBuilder<PostgresDbContext>(), loggers)
                .UseNpgsql(Target.ConnectionString, npgsql => npgsql.CommandTimeout(options.CommandTimeoutSeconds))
                .Options;
        }
        else
        {
            Target = DatabaseTarget.OfSqlite(options);
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

    /// <summary>Runs work that may be repeated as a whole: it only reads, or ends the same when done twice.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<T> RunAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var context = CreateContext();
                return await work(context);
            }
            catch (Exception exception) when (IsPassing(exception))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (attempt == Attempts)
                {
                    throw Target.Unavailable(exception);
                }
            }
        }
    }

    /// <summary>As <see cref="RunAsync{T}"/>, in one transaction that is committed at the end.</summary>
    public Task<T> RunInTransactionAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async context =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                var result = await work(context);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);

    /// <summary>Runs work that must not be repeated once it has begun, because it would end differently.</summary>
    public async Task<T> RunOnceInTransactionAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var context = CreateContext();
        await using var transaction = await RunOnceAsync(() => context.Database.BeginTransactionAsync(cancellationToken), cancellationToken);
        return await RunOnceAsync(
            async () =>
            {
                var result = await work(context);
                await transaction.CommitAsync(cancellationToken);
                return result;
            },
            cancellationToken);
    }

    /// <inheritdoc cref="RunOnceInTransactionAsync{T}"/>
    public async Task<T> RunOnceAsync<T>(Func<RecSysDbContext, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var context = CreateContext();
        return await RunOnceAsync(() => work(context), cancellationToken);
    }

    /// <summary>Streams rows; an interrupted stream is not taken up again.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        Func<RecSysDbContext, IQueryable<T>> query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var context = CreateContext();
        await using var rows = query(context).AsAsyncEnumerable().GetAsyncEnumerator(cancellationToken);
        while (await RunOnceAsync(() => rows.MoveNextAsync().AsTask(), cancellationToken))
        {
            yield return rows.Current;
        }
    }

    private async Task<T> RunOnceAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
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

    /// <summary>Whether the same call may well succeed in a while.</summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is SqliteErrorCodes.Busy or SqliteErrorCodes.Locked,
        DbException database => database.IsTransient,
        { InnerException: { } inner } => IsPassing(inner),
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
                (RelationalEventId.ConnectionError, LogLevel.Debug)));
}
