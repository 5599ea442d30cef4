using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Listens;

/// <summary>An import, whose listens carry the numbers of their users and tracks: no id is looked up for a listen.</summary>
/// <param name="rowsSql">What stands behind the columns of a SELECT: the file and the conditions on its rows.</param>
/// <param name="usersFile">The ids of users in the order of their numbers.</param>
/// <param name="tracksFile">The ids of tracks in the order of their numbers.</param>
internal sealed class NumberedListens(string rowsSql, string usersFile, string tracksFile) : ListenPart
{
    public override void Count(EngineConnection connection, CancellationToken cancellationToken)
    {
        UserIds = ReadIds(
            connection, $"SELECT user_id FROM {SqlText.Parquet(usersFile)} ORDER BY user_number", cancellationToken);
        TrackIds = ReadIds(
            connection, $"SELECT track_id FROM {SqlText.Parquet(tracksFile)} ORDER BY track_number", cancellationToken);
        UserCounts = new int[UserIds.Length];
        TrackCounts = new int[TrackIds.Length];
        foreach (var row in connection.Stream($"SELECT user_number, count(*)::INTEGER {rowsSql} GROUP BY user_number", cancellationToken))
        {
            UserCounts[Known(row.GetInt32(0), UserCounts)] = row.GetInt32(1);
        }

        foreach (var row in connection.Stream($"SELECT DISTINCT track_number {rowsSql}", cancellationToken))
        {
            TrackCounts[Known(row.GetInt32(0), TrackCounts)] = 1;
        }
    }

    public override void Read(EngineConnection connection, RowReader read, CancellationToken cancellationToken) =>
        ReadRows(connection, $"SELECT user_number, track_number, epoch_us(listened_at), weight::FLOAT {rowsSql}", read, cancellationToken);

    public override void ReadListens(EngineConnection connection, ListenReader read, CancellationToken cancellationToken) => ReadListens(
        connection,
        $"SELECT user_number, track_number, epoch_us(listened_at), coalesce(played_share, 'NaN'::FLOAT), play_count {rowsSql}",
        read,
        cancellationToken);

    private static int Known(int number, int[] counts) => (uint)number < (uint)counts.Length ? number : throw new LakeChangedException();
}
