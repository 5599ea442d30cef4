using RecSys.Analytics.Engine;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports;

/// <summary>
/// Writes an import's listens with the numbers of their users and tracks beside the ids, and the ids by number in two files
/// of their own: who makes cells of the listens need not look an id up for each of them.
/// </summary>
internal static class NumberedListensWriter
{
    /// <summary>Writes <c>listens.parquet</c>, <c>user_ids.parquet</c> and <c>track_ids.parquet</c>.</summary>
    /// <param name="connection">The engine; temporary tables are made and removed.</param>
    /// <param name="listensSql">
    /// A SELECT of user_id and track_id (VARCHAR or whole numbers), listened_at (BIGINT, microseconds), played_share (FLOAT) and
    /// weight (DOUBLE), each listen once.
    /// </param>
    /// <param name="userIdsSql">A SELECT of the distinct user_id in it.</param>
    /// <param name="trackIdsSql">A SELECT of the distinct track_id in it.</param>
    /// <param name="folder">The import's folder.</param>
    /// <param name="compression">The codec of pages.</param>
    /// <param name="cancellationToken">Interrupts the engine.</param>
    public static void Write(
        EngineConnection connection,
        string listensSql,
        string userIdsSql,
        string trackIdsSql,
        string folder,
        LakeCompression compression,
        CancellationToken cancellationToken)
    {
        WriteIds("user", userIdsSql, LakeFolders.ImportUserIdsFile);
        WriteIds("track", trackIdsSql, LakeFolders.ImportTrackIdsFile);
        Copy(
            $"""
            SELECT user_id::VARCHAR AS user_id, track_id::VARCHAR AS track_id, make_timestamptz(listened_at) AS listened_at, played_share,
                greatest(1, round(weight))::INTEGER AS play_count, weight, user_number, track_number
            FROM ({listensSql}) JOIN user_numbers USING (user_id) JOIN track_numbers USING (track_id)
            """,
            LakeFolders.ImportListensFile);
        connection.Execute("DROP TABLE user_numbers", cancellationToken);
        connection.Execute("DROP TABLE track_numbers", cancellationToken);

        void WriteIds(string what, string idsSql, string file)
        {
            connection.Execute(
                $"CREATE OR REPLACE TEMP TABLE {what}_numbers AS SELECT {what}_id, (row_number() OVER (ORDER BY {what}_id::VARCHAR) - 1)::INTEGER AS {what}_number FROM ({idsSql})",
                cancellationToken);
            Copy($"SELECT {what}_number, {what}_id::VARCHAR AS {what}_id FROM {what}_numbers ORDER BY {what}_number", file);
        }

        void Copy(string rows, string file) => connection.Execute(
            $"COPY ({rows}) TO {SqlText.Literal(Path.Combine(folder, file))} (FORMAT parquet, COMPRESSION {compression.Codec()})", cancellationToken);
    }
}
