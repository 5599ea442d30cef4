using DuckDB.NET.Data;

namespace RecSys.Analytics.Engine;

/// <summary>
/// Adds rows to a table: the columns of a row one after another, then <see cref="EndRow"/>. Nothing is certain to be in the table
/// before <see cref="Complete"/>.
/// </summary>
internal sealed class EngineAppender : IDisposable
{
    private readonly DuckDBAppender _appender;
    private IDuckDBAppenderRow? _row;

    private EngineAppender(DuckDBAppender appender) => _appender = appender;

    private IDuckDBAppenderRow Row => _row ??= _appender.CreateRow();

    internal static EngineAppender Create(DuckDBConnection connection, string table)
    {
        try
        {
            return new EngineAppender(connection.CreateAppender(table));
        }
        catch (DuckDBException exception)
        {
            throw new EngineException(exception);
        }
    }

    /// <summary>A TINYINT.</summary>
    public EngineAppender Add(sbyte value) => Added(Row.AppendValue(value));

    /// <summary>An INTEGER; null for NULL.</summary>
    public EngineAppender Add(int? value) => Added(Row.AppendValue(value));

    /// <summary>An INTEGER.</summary>
    public EngineAppender Add(int value) => Add((int?)value);

    /// <summary>A BIGINT; null for NULL.</summary>
    public EngineAppender Add(long? value) => Added(Row.AppendValue(value));

    /// <summary>A DOUBLE.</summary>
    public EngineAppender Add(double value) => Added(Row.AppendValue(value));

    /// <summary>A DOUBLE; null for NULL.</summary>
    public EngineAppender Add(double? value) => Added(Row.AppendValue(value));

    /// <summary>A BOOLEAN.</summary>
    public EngineAppender Add(bool value) => Added(Row.AppendValue(value));

    /// <summary>A VARCHAR.</summary>
    /// <exception cref="ArgumentException">The engine can't be given the text as it is.</exception>
    public EngineAppender Add(string text) => Added(Row.AppendValue(SqlText.Checked(text)));

    /// <summary>A LIST of VARCHAR.</summary>
    /// <inheritdoc cref="Add(string)" path="/exception"/>
    public EngineAppender Add(IReadOnlyList<string> texts) => Added(Row.AppendValue(texts.Select(SqlText.Checked).ToList()));

    /// <exception cref="EngineException">DuckDB refused rows.</exception>
    public void EndRow()
    {
        try
        {
            Row.EndRow();
            _row = null;
        }
        catch (DuckDBException exception)
        {
            throw new EngineException(exception);
        }
    }

    /// <summary>Hands the last rows over.</summary>
    /// <inheritdoc cref="EndRow"/>
    public void Complete()
    {
        try
        {
            _appender.Close();
        }
        catch (DuckDBException exception)
        {
            throw new EngineException(exception);
        }
    }

    public void Dispose() => _appender.Dispose();

    private EngineAppender Added(IDuckDBAppenderRow row)
    {
        _row = row;
        return this;
    }
}
