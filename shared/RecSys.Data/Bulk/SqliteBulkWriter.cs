using System.Collections.Concurrent;
using System.Linq.Expressions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RecSys.Data.Schema;

namespace RecSys.Data.Bulk;

/// <summary>Prepared multi-row inserts.</summary>
internal sealed class SqliteBulkWriter : IBulkWriter
{
    /// <summary>Rows in one statement: most of the gain over single rows is had, and the parameters stay few.</summary>
    private const int RowsPerStatement = 32;

    private readonly ConcurrentDictionary<Type, object> _plans = new();

    public Task<long> InsertAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class =>
        InsertAsync(context, rows, "", cancellationToken);

    public Task<long> InsertNewAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class =>
        InsertAsync(context, rows, " ON CONFLICT DO NOTHING", cancellationToken);

    public Task<long> UpsertAsync<TRow>(RecSysDbContext context, IEnumerable<TRow> rows, CancellationToken cancellationToken)
        where TRow : class =>
        InsertAsync(context, rows, PlanOf<TRow>(context).Table.OnConflictUpdate(), cancellationToken);

    private async Task<long> InsertAsync<TRow>(
        RecSysDbContext context, IEnumerable<TRow> rows, string onConflict, CancellationToken cancellationToken)
        where TRow : class
    {
        var plan = PlanOf<TRow>(context);
        var count = 0L;
        SqliteCommand? full = null;
        try
        {
            foreach (var piece in rows.Chunk(RowsPerStatement))
            {
                if (piece.Length == RowsPerStatement)
                {
                    full ??= CreateCommand(context, plan, RowsPerStatement, onConflict);
                    count += await ExecuteAsync(full, plan, piece, cancellationToken);
                }
                else
                {
                    await using var rest = CreateCommand(context, plan, piece.Length, onConflict);
                    count += await ExecuteAsync(rest, plan, piece, cancellationToken);
                }
            }
        }
        finally
        {
            if (full is not null)
            {
                await full.DisposeAsync();
            }
        }

        return count;
    }

    private static Task<int> ExecuteAsync<TRow>(SqliteCommand command, Plan<TRow> plan, TRow[] rows, CancellationToken cancellationToken)
        where TRow : class
    {
        var parameter = 0;
        foreach (var row in rows)
        {
            foreach (var getter in plan.Getters)
            {
                command.Parameters[parameter++].Value = getter(row) ?? DBNull.Value;
            }
        }

        return command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static SqliteCommand CreateCommand<TRow>(RecSysDbContext context, Plan<TRow> plan, int rowCount, string onConflict)
        where TRow : class
    {
        var command = (SqliteCommand)context.Database.GetDbConnection().CreateCommand();
        command.Transaction = (SqliteTransaction)context.Database.CurrentTransaction!.GetDbTransaction();
        command.CommandTimeout = 0;
        var columnCount = plan.Getters.Count;
        var parameterNames = Enumerable.Range(0, rowCount * columnCount).Select(number => $"@p{number}").ToArray();
        command.CommandText = $"INSERT INTO {plan.Table.Name} ({plan.Table.ColumnList}) VALUES "
            + string.Join(", ", parameterNames.Chunk(columnCount).Select(row => $"({string.Join(", ", row)})")) + onConflict;
        foreach (var name in parameterNames)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private Plan<TRow> PlanOf<TRow>(RecSysDbContext context)
        where TRow : class =>
        (Plan<TRow>)_plans.GetOrAdd(typeof(TRow), _ => new Plan<TRow>(BulkTable.Of<TRow>(context)));

    private sealed class Plan<TRow>(BulkTable table)
        where TRow : class
    {
        public BulkTable Table { get; } = table;

        public IReadOnlyList<Func<TRow, object?>> Getters { get; } = [.. table.Properties.Select(property =>
        {
            var getter = RowGetter.Build(property);
            return Expression.Lambda<Func<TRow, object?>>(Expression.Convert(getter.Body, typeof(object)), getter.Parameters).Compile();
        })];
    }
}
