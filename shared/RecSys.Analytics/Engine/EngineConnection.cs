using System.Data.Common;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace RecSys.Analytics.Engine;

/// <summary>DuckDB refused or failed; the message is DuckDB's own.</summary>
public sealed class EngineException : Exception
{
    internal EngineException(DuckDBException failure)
        : base(failure.Message, failure) =>
        IsOutOfMemory = failure.ErrorType == DuckDBErrorType.OutOfMemory;

    /// <summary>Whether the engine's memory limit, or the disk that it spills to, was too small.</summary>
    internal bool IsOutOfMemory { get; }
}

/// <summary>
/// A connection. Statements are single; their parameters are <c>?</c> or <c>$1</c>. A cancelled token interrupts the running
/// statement. Not for two threads at once.
/// </summary>
internal sealed class EngineConnection(DuckDBConnection connection) : IDisposable
{
    /// <summary>Runs a statement.</summary>
    /// <returns>The rows that an INSERT, UPDATE, DELETE or COPY changed or wrote; 0 for others.</returns>
    /// <exception cref="ArgumentException">A text among the parameters can't be given to the engine as it is.</exception>
    /// <exception cref="EngineException">The statement is wrong or failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public long Execute(string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        using var statement = new Statement(connection, sql, parameters, cancellationToken);
        return statement.Run(static command => command.ExecuteNonQuery());
    }

    /// <summary>Runs a query that gives one row with one number.</summary>
    /// <returns>The value; 0 for NULL.</returns>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public long QueryLong(string sql, CancellationToken cancellationToken, params ReadOnlySpan<object?> parameters)
    {
        using var statement = new Statement(connection, sql, parameters, cancellationToken);
        return statement.Run(static command => command.ExecuteScalar()) is { } value and not DBNull
            ? Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>
    /// Runs a query whose rows are computed while they are fetched, so that they need not fit in memory. What is given for each
    /// row is the same reader, which means that row until the next is asked for.
    /// </summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public IEnumerable<DbDataReader> Stream(string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        using var statement = new Statement(connection, sql, parameters, cancellationToken);
        using var reader = statement.Run(static command =>
        {
            command.UseStreamingMode = true;
            return command.ExecuteReader();
        });
        while (statement.Read(reader))
        {
            yield return reader;
        }
    }

    /// <summary>All rows of a query.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public List<T> ReadRows<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters) =>
        [.. Stream(sql, cancellationToken, parameters).Select(read)];

    /// <summary>The only row of a query.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public T ReadRow<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters) =>
        ReadRows(sql, read, cancellationToken, parameters).Single();

    /// <summary>An appender to an existing table.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public EngineAppender Append(string table) => EngineAppender.Create(connection, table);

    public void Dispose() => connection.Dispose();

    /// <summary>A command while it runs, and its interruption.</summary>
    private sealed class Statement : IDisposable
    {
        private static readonly TimeSpan InterruptAgain = TimeSpan.FromMilliseconds(20);

        private readonly DuckDBCommand _command;
        private readonly CancellationToken _cancellationToken;
        private readonly ManualResetEventSlim _hasRun = new();
        private readonly CancellationTokenRegistration _interrupt;

        public Statement(DuckDBConnection connection, string sql, ReadOnlySpan<object?> parameters, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _cancellationToken = cancellationToken;
            _command = connection.CreateCommand();
            _command.CommandText = sql;
            foreach (var value in parameters)
            {
                _command.Parameters.Add(new DuckDBParameter(value is string text ? SqlText.Checked(text) : value ?? DBNull.Value));
            }

            _interrupt = cancellationToken.UnsafeRegister(static statement => ((Statement)statement!).Interrupt(), this);
        }

        public T Run<T>(Func<DuckDBCommand, T> run)
        {
            try
            {
                return run(_command);
            }
            catch (Exception exception) when (exception is DuckDBException or OperationCanceledException)
            {
                throw Explained(exception);
            }
            finally
            {
                _hasRun.Set();
            }
        }

        public bool Read(DuckDBDataReader reader)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return reader.Read();
            }
            catch (Exception exception) when (exception is DuckDBException or OperationCanceledException)
            {
                throw Explained(exception);
            }
        }

        public void Dispose()
        {
            _hasRun.Set();
            _interrupt.Dispose();
            _command.Dispose();
            _hasRun.Dispose();
        }

        // A statement that is just starting forgets an interruption that came before: it is repeated until the statement has run.
        private void Interrupt()
        {
            do
            {
                _command.Cancel();
            }
            while (!_hasRun.Wait(InterruptAgain));
        }

        private Exception Explained(Exception exception) =>
            _cancellationToken.IsCancellationRequested
                ? new OperationCanceledException(exception.Message, exception, _cancellationToken)
                : exception is DuckDBException failure ? new EngineException(failure) : exception;
    }
}
