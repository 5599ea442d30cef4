using RecSys.Lake;

namespace RecSys.Analytics.Engine;

/// <summary>Tells whether a file is what made a query fail, by reading it alone and completely.</summary>
internal static class UnreadableFile
{
    /// <summary>All columns that listens have wherever they come from.</summary>
    public static string ListenColumns => SegmentTable.Listens.AllColumns;

    /// <summary>The error that names the file; null when it can be read or is gone.</summary>
    /// <param name="connection">The engine.</param>
    /// <param name="file">A Parquet file.</param>
    /// <param name="columns">An aggregate that reads its columns.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static LakeCorruptException? Check(
        EngineConnection connection, string file, string columns, CancellationToken cancellationToken) =>
        Try(connection, file, $"SELECT {columns} FROM {SqlText.Parquet(file)}", cancellationToken);

    /// <summary>The same for a segment of listens.</summary>
    public static LakeCorruptException? CheckSegment(EngineConnection connection, string file, CancellationToken cancellationToken) =>
        CheckSegment(connection, SegmentTable.Listens, file, cancellationToken);

    /// <summary>The same for a segment of any kind.</summary>
    public static LakeCorruptException? CheckSegment(EngineConnection connection, SegmentTable table, string file, CancellationToken cancellationToken) =>
        Try(connection, file, $"SELECT {table.AllColumns} FROM {table.From(file)}", cancellationToken);

    /// <summary>The first of several segments of a kind that made a query fail; null when all can be read, or memory was short.</summary>
    public static LakeCorruptException? FindSegment(
        EngineConnection connection, EngineException failure, SegmentTable table, IEnumerable<string> files, CancellationToken cancellationToken) => failure.IsOutOfMemory
        ? null
        : files.Select(file => CheckSegment(connection, table, file, cancellationToken)).FirstOrDefault(problem => problem is not null);

    private static LakeCorruptException? Try(EngineConnection connection, string file, string sql, CancellationToken cancellationToken)
    {
        try
        {
            if (File.Exists(file))
            {
                connection.QueryLong(sql, cancellationToken);
            }

            return null;
        }
        catch (EngineException exception)
        {
            return File.Exists(file) ? new LakeCorruptException(file, exception.Message, exception) : null;
        }
    }
}
