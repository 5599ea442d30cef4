using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Listens;

/// <summary>Files with ids as text, such as segments: the engine numbers the ids and looks the number of each up.</summary>
/// <param name="sql">A SELECT of user_id, track_id, listened_at (BIGINT), played_share, play_count and weight.</param>
internal sealed class TextListens(string sql) : ListenPart
{
    public override void Count(EngineConnection connection, CancellationToken cancellationToken)
    {
        connection.Execute(
            $"CREATE OR REPLACE TEMP TABLE user_numbers AS SELECT id, listens, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS number FROM (SELECT user_id AS id, count(*)::INTEGER AS listens FROM ({sql}) GROUP BY user_id)",
            cancellationToken);
        connection.Execute(
            $"CREATE OR REPLACE TEMP TABLE track_numbers AS SELECT id, (row_number() OVER (ORDER BY id) - 1)::INTEGER AS number FROM (SELECT DISTINCT track_id AS id FROM ({sql}))",
            cancellationToken);
        UserIds = ReadIds(connection, "SELECT id FROM user_numbers ORDER BY number", cancellationToken);
        UserCounts = [.. connection.ReadRows("SELECT listens FROM user_numbers ORDER BY number", row => row.GetInt32(0), cancellationToken)];
        TrackIds = ReadIds(connection, "SELECT id FROM track_numbers ORDER BY number", cancellationToken);
        TrackCounts = new int[TrackIds.Length];
        Array.Fill(TrackCounts, 1);
    }

    public override void Read(EngineConnection connection, RowReader read, CancellationToken cancellationToken) =>
        ReadRows(connection, Numbered("weight::FLOAT"), read, cancellationToken);

    public override void ReadListens(EngineConnection connection, ListenReader read, CancellationToken cancellationToken) =>
        ReadListens(connection, Numbered("coalesce(played_share, 'NaN'::FLOAT), play_count"), read, cancellationToken);

    private string Numbered(string columns) =>
        $"""
        SELECT user_numbers.number, track_numbers.number, listened_at, {columns}
        FROM ({sql}) AS listens
        JOIN user_numbers ON user_numbers.id = listens.user_id
        JOIN track_numbers ON track_numbers.id = listens.track_id
        """;
}
