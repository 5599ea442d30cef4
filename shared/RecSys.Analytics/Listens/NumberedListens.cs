using RecSys.Lake.DuckDb;

namespace RecSys.Analytics.Listens;

/// <summary>An import, whose listens carry the numbers of their users and tracks: no id is looked up for a listen.</summary>
/// <param name="rowsSql">What stands behind the columns of a SELECT: the file and the conditions on its rows.</param>
/// <param name="usersFile">The ids of users in the order of their numbers.</param>
/// <param name="tracksFile">The ids of tracks in the order of their numbers.</param>
internal sealed class NumberedListens(string rowsSql, string usersFile, string tracksFile) : ListenPart
{
    public override void Count(DuckDbConnection connection, CancellationToken cancellationToken)
    {
        (UserIds, _) = ReadIds(
            connection, $"SELECT user_id FROM read_parquet({SqlText.Literal(usersFile)}, hive_partitioning = false) ORDER BY user_number", cancellationToken);
        (TrackIds, _) = ReadIds(
            connection, $"SELECT track_id FROM read_parquet({SqlText.Literal(tracksFile)}, hive_partitioning = false) ORDER BY track_number", cancellationToken);
        UserCounts = new int[UserIds.Length];
        TrackCounts = new int[TrackIds.Length];
        using var rows = connection.Query($"SELECT user_number, track_number {rowsSql}", cancellationToken);
        while (rows.NextChunk() is { } chunk)
        {
            using (chunk)
            {
                CountRows(chunk.Column(0).Values<int>(), chunk.Column(1).Values<int>());
            }
        }
    }

    public override void Read(DuckDbConnection connection, RowReader read, CancellationToken cancellationToken) =>
        ReadRows(connection, $"SELECT user_number, track_number, epoch_us(listened_at), weight::FLOAT {rowsSql}", read, cancellationToken);

    public override void ReadListens(DuckDbConnection connection, ListenReader read, CancellationToken cancellationToken) => ReadListens(
        connection,
        $"SELECT user_number, track_number, epoch_us(listened_at), coalesce(played_share, 'NaN'::FLOAT), play_count {rowsSql}",
        read,
        cancellationToken);

    private void CountRows(ReadOnlySpan<int> users, ReadOnlySpan<int> tracks)
    {
        for (var row = 0; row < users.Length; row++)
        {
            if ((uint)users[row] >= (uint)UserCounts.Length || (uint)tracks[row] >= (uint)TrackCounts.Length)
            {
                throw new LakeChangedException();
            }

            UserCounts[users[row]]++;
            TrackCounts[tracks[row]] = 1;
        }
    }
}
