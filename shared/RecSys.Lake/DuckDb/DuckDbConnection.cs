using System.Runtime.InteropServices;
using System.Text;
using RecSys.Lake.DuckDb.Native;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// A connection. Statements are single; their parameters are <c>?</c> or <c>$1</c>. A cancelled token interrupts the running
/// statement. Not for two threads at once.
/// </summary>
internal sealed unsafe class DuckDbConnection : IDisposable
{
    // Ids that are no valid UTF-16 must fail here: replacement characters would make different ids the same.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ConnectionHandle _handle;

    internal DuckDbConnection(ConnectionHandle handle) => _handle = handle;

    /// <summary>Runs a statement.</summary>
    /// <returns>The rows that an INSERT, UPDATE, DELETE or COPY changed or wrote; 0 for others.</returns>
    /// <exception cref="DuckDbException">The statement is wrong or failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public long Execute(string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        using var result = Run(sql, streaming: false, parameters, cancellationToken);
        return result.RowsChanged;
    }

    /// <summary>Runs a query; its rows are computed while they are fetched, so that they need not fit in memory.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public DuckDbResult Query(string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters) =>
        Run(sql, streaming: true, parameters, cancellationToken);

    /// <summary>Runs a query that gives one row with one BIGINT.</summary>
    /// <returns>The value; 0 for NULL.</returns>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public long QueryLong(string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        using var result = Run(sql, streaming: false, parameters, cancellationToken);
        using var chunk = result.NextChunk() ?? throw new DuckDbException($"The query gave no row: {sql}");
        var values = chunk.Column(0);
        return values.IsNull(0) ? 0 : values.Values<long>()[0];
    }

    /// <summary>An appender to an existing table.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public DuckDbAppender Append(string table) => DuckDbAppender.Create(_handle, table);

    public void Dispose() => _handle.Dispose();

    private DuckDbResult Run(string sql, bool streaming, ReadOnlySpan<object?> parameters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var prepared = NativeMethods.duckdb_prepare(_handle, sql, out var statement);
        using (statement)
        {
            if (prepared != 0)
            {
                throw Failure(NativeMethods.duckdb_prepare_error(statement), cancellationToken);
            }

            Bind(statement, parameters);
            var interrupt = cancellationToken.UnsafeRegister(
                static handle => NativeMethods.duckdb_interrupt((ConnectionHandle)handle!), _handle);
            ResultHandle? result = null;
            try
            {
                var state = streaming
                    ? NativeMethods.duckdb_pending_prepared_streaming(statement, out var pending)
                    : NativeMethods.duckdb_pending_prepared(statement, out pending);
                using (pending)
                {
                    if (state != 0)
                    {
                        throw Failure(NativeMethods.duckdb_pending_error(pending), cancellationToken);
                    }

                    // Starting a query forgets an earlier interrupt: a cancellation that came before is seen only here.
                    cancellationToken.ThrowIfCancellationRequested();
                    result = new ResultHandle();
                    if (NativeMethods.duckdb_execute_pending(pending, result.Pointer) != 0)
                    {
                        throw Failure(NativeMethods.duckdb_result_error(result.Pointer), cancellationToken);
                    }
                }

                var rows = new DuckDbResult(result, interrupt, cancellationToken);
                result = null;
                interrupt = default;
                return rows;
            }
            finally
            {
                result?.Dispose();
                interrupt.Dispose();
            }
        }
    }

    internal static Exception Failure(nint message, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(cancellationToken)
            : new DuckDbException(Marshal.PtrToStringUTF8(message) ?? "DuckDB failed and gave no message.");

    private static void Bind(StatementHandle statement, ReadOnlySpan<object?> parameters)
    {
        var expected = NativeMethods.duckdb_nparams(statement);
        if (expected != (ulong)parameters.Length)
        {
            throw new ArgumentException($"The statement has {expected} parameters, {parameters.Length} were given.", nameof(parameters));
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            var index = (ulong)i + 1;
            var state = parameters[i] switch
            {
                null => NativeMethods.duckdb_bind_null(statement, index),
                bool value => NativeMethods.duckdb_bind_boolean(statement, index, value),
                int value => NativeMethods.duckdb_bind_int32(statement, index, value),
                long value => NativeMethods.duckdb_bind_int64(statement, index, value),
                float value => NativeMethods.duckdb_bind_float(statement, index, value),
                double value => NativeMethods.duckdb_bind_double(statement, index, value),
                DateTimeOffset value => NativeMethods.duckdb_bind_timestamp_tz(statement, index, LakeTime.ToMicroseconds(value)),
                string value => BindText(statement, index, value),
                var other => throw new ArgumentException($"A parameter of type {other.GetType().Name} is not supported.", nameof(parameters)),
            };
            if (state != 0)
            {
                throw new DuckDbException($"DuckDB did not take parameter {index}.");
            }
        }
    }

    private static int BindText(StatementHandle statement, ulong index, string text)
    {
        var utf8 = StrictUtf8.GetBytes(text);
        fixed (byte* start = utf8)
        {
            byte empty;
            return NativeMethods.duckdb_bind_varchar_length(statement, index, start == null ? &empty : start, (ulong)utf8.Length);
        }
    }
}
