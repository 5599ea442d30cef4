using RecSys.Lake;

namespace RecSys.Analytics.Engine;

/// <summary>Tells whether a file is what made a query fail, by reading it alone and completely.</summary>
internal static class UnreadableFile
{
    /// <summary>All columns that listens have wherever they come from.</summary>
    public const string ListenColumns = "count(user_id) + count(track_id) + count(listened_at) + count(played_share) + count(play_count)";

    /// <summary>The error that names the file; null when it can be read or is gone.</summary>
    /// <param name="connection">The engine.</param>
    /// <param name="file">A Parquet file.</param>
    /// <param name="columns">An aggregate that reads its columns.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static LakeCorruptException? Check(
        EngineConnection connection, string file, string columns, CancellationToken cancellationToken) =>
        Try(connection, file, $"SELECT {columns} FROM {SqlText.Parquet(file)}", cancellationToken);

    /// <summary>The same for a segment.</summary>
    public static LakeCorruptException? CheckSegment(EngineConnection connection, string file, CancellationToken cancellationToken) =>
        Try(connection, file, $"SELECT {ListenColumns} FROM {SqlText.Segments(file)}", cancellationToken);

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
