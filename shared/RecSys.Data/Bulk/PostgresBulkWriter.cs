using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RecSys.Data.Schema;

namespace RecSys.Data.Bulk;

/// <summary>Binary COPY: into the table itself, or into a temporary one from which INSERT … ON CONFLICT takes the rows.</summary>
internal sealed class PostgresBulkWriter : IBulkWriter
{
    private const string StagingTable = "recsys_staging";

    private readonly ConcurrentDictionary<Type, object> _plans = new();

    public Task<long> InsertAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class
    {
        var plan = PlanOf<TRow>(context);
        return CopyAsync(context, plan, plan.Table.Name, rows, cancellationToken);
    }

    public Task<long> InsertNewAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class =>
        InsertFromStagingAsync(context, rows, " ON CONFLICT DO NOTHING", cancellationToken);

    public Task<long> UpsertAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class =>
        InsertFromStagingAsync(context, rows, PlanOf<TRow>(context).Table.OnConflictUpdate(), cancellationToken);

    private async Task<long> InsertFromStagingAsync<TRow>(
        RecSysDbContext context, IEnumerable<TRow> rows, string onConflict, CancellationToken cancellationToken)
        where TRow : class
    {
        var plan = PlanOf<TRow>(context);

        // COPY knows no ON CONFLICT. The order of arrival decides which of two rows with the same key stays.
        await ExecuteAsync(
            context,
            $"CREATE TEMP TABLE {StagingTable} ON COMMIT DROP AS SELECT {plan.Table.ColumnList} FROM {plan.Table.Name} WITH NO DATA",
            cancellationToken);
        await CopyAsync(context, plan, StagingTable, rows, cancellationToken);
        var count = await ExecuteAsync(
            context,
            $"INSERT INTO {plan.Table.Name} ({plan.Table.ColumnList}) SELECT {plan.Table.ColumnList} FROM {StagingTable}{onConflict}",
            cancellationToken);
        await ExecuteAsync(context, $"DROP TABLE {StagingTable}", cancellationToken);
        return count;
    }

    private static async Task<int> ExecuteAsync(RecSysDbContext context, string sql, CancellationToken cancellationToken)
    {
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long> CopyAsync<TRow>(
        RecSysDbContext context, Plan<TRow> plan, string table, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class
    {
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        await using var importer = await connection.BeginBinaryImportAsync(
            $"COPY {table} ({plan.Table.ColumnList}) FROM STDIN (FORMAT BINARY)", cancellationToken);
        importer.Timeout = Timeout.InfiniteTimeSpan;
        foreach (var row in rows)
        {
            await importer.StartRowAsync(cancellationToken);
            foreach (var column in plan.Columns)
            {
                await column.WriteAsync(importer, row, cancellationToken);
            }
        }

        // Without this, disposing takes everything back.
        return (long)await importer.CompleteAsync(cancellationToken);
    }

    private Plan<TRow> PlanOf<TRow>(RecSysDbContext context)
        where TRow : class =>
        (Plan<TRow>)_plans.GetOrAdd(typeof(TRow), _ => new Plan<TRow>(BulkTable.Of<TRow>(context)));

    private sealed class Plan<TRow>(BulkTable table)
        where TRow : class
    {
        public BulkTable Table { get; } = table;

        public IReadOnlyList<PostgresColumn<TRow>> Columns { get; } = [.. table.Properties.Select(PostgresColumn<TRow>.Create)];
    }
}
