using RecSys.Analytics.Engine;
using RecSys.Analytics.Listens;
using RecSys.Lake;

namespace RecSys.Analytics.Imports;

/// <summary>
/// An import that another one of its name takes the place of, for stores that keep users' newest listens: which of them are nowhere in the lake
/// any more, and what takes their place. Its files stay until this is disposed.
/// </summary>
public sealed class ReplacedImport : IAsyncDisposable
{
    private const int BatchSize = 20_000;

    private readonly LakeQueries _queries;
    private readonly LakeSnapshot _before;
    private readonly string _name;

    private ReplacedImport(LakeQueries queries, LakeSnapshot before, string name) => (_queries, _before, _name) = (queries, before, name);

    /// <summary>Holds the import of a name, before another one takes its place.</summary>
    /// <returns>Null when there is none.</returns>
    public static async Task<ReplacedImport?> HoldAsync(LakeQueries queries, string name, CancellationToken cancellationToken = default)
    {
        var lake = await queries.OpenAsync([name], cancellationToken).ConfigureAwait(false);
        if (lake.ImportNames.Contains(name))
        {
            return new ReplacedImport(queries, lake, name);
        }

        await lake.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _before.DisposeAsync();

    /// <summary>Goes through what changes, once the other one is in the lake.</summary>
    /// <param name="perUser">How many listens of a user are kept, at least 1.</param>
    /// <param name="remove">Gets listens of this import that the lake has no more, of each user's newest.</param>
    /// <param name="add">Then gets the newest listens that the rest of the lake has of these users, the new import left out.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="LakeCorruptException">A file of the lake can't be read.</exception>
    public async Task ChangeAsync(
        int perUser, Func<IReadOnlyList<LakeListen>, Task> remove, Func<IReadOnlyList<LakeListen>, Task> add, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(perUser, 1);
        await using var after = await _queries.Lake.OpenAsync(cancellationToken).ConfigureAwait(false);
        var (all, rest) = (new ListenSource(after, InteractionQuery.All), new ListenSource(after.Without(_name), InteractionQuery.All));
        using var connection = _queries.Engine.Connect();
        try
        {
            // At the newest place of a time stands the greatest track, as in the stores.
            const string Newest = "QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY listened_at DESC, track_id DESC) <=";
            const string Columns = "user_id, track_id, listened_at, played_share, play_count";
            await Task.Run(
                () => connection.Execute(
                    $"""
                    CREATE OR REPLACE TEMP TABLE gone_listens AS
                    SELECT {Columns} FROM (
                        SELECT user_id, track_id, epoch_us(listened_at) AS listened_at, played_share, play_count
                        FROM {SqlText.Parquet(_before.ImportedListens(_name))} {Newest} {perUser})
                    ANTI JOIN ({all.Sql()}) AS present USING (user_id, track_id, listened_at)
                    """,
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            await HandAsync(connection, $"SELECT {Columns} FROM gone_listens ORDER BY user_id", remove, cancellationToken).ConfigureAwait(false);
            await HandAsync(
                connection,
                $"""
                SELECT {Columns} FROM (SELECT user_id, track_id, coalesce(known_at, 0) AS listened_at, played_share, play_count FROM ({rest.DistinctSql()}))
                WHERE user_id IN (SELECT user_id FROM gone_listens) {Newest} {perUser}
                """,
                add,
                cancellationToken).ConfigureAwait(false);
        }
        catch (EngineException failure) when (all.FindUnreadableFile(connection, failure, cancellationToken) is { } corrupt)
        {
            throw corrupt;
        }
    }

    private static async Task HandAsync(
        EngineConnection connection, string sql, Func<IReadOnlyList<LakeListen>, Task> hand, CancellationToken cancellationToken)
    {
        foreach (var batch in connection.Stream(sql, cancellationToken).Select(LakeRows.ReadListen).Chunk(BatchSize))
        {
            await hand(batch).ConfigureAwait(false);
        }
    }
}
