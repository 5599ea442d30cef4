using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Reports;

/// <summary>The files that a report reads.</summary>
internal sealed class ReportSource
{
    /// <summary>What ingest wrote, as a source's name.</summary>
    private const string OwnListens = "listens";

    private const string PlayCount = "play_count";

    private readonly List<string> _segments;
    private readonly List<ImportedLog> _imports;
    private readonly LakeSnapshot _lake;
    private readonly string _notDeleted;

    public ReportSource(LakeQueries queries, LakeSnapshot lake, IReadOnlyList<string> imports)
    {
        _lake = lake;
        _notDeleted = DeletedListens.Condition(lake.Deleted);
        _segments = imports.Count > 0 ? [] : lake.ListenSegments();
        _imports = [.. (imports.Count > 0 ? imports.Distinct().Order(StringComparer.Ordinal) : lake.ImportNames.AsEnumerable())
            .Select(name => ImportedLog.Open(queries, lake, LakeQueries.RequireImport(lake, name)))];
    }

    public bool IsEmpty => _segments.Count == 0 && _imports.Count == 0;

    /// <summary>Whether listens of producers are among them, whose names lie outside the lake.</summary>
    public bool HasOwnListens => _segments.Count > 0;

    public IReadOnlyList<string> Names => [.. _segments.Count > 0 ? (string[])[OwnListens] : [], .. Imports];

    public IEnumerable<string> Imports => _imports.Select(import => import.Report.Name);

    /// <summary>The catalogues of the imports.</summary>
    public IEnumerable<string> Catalogues => Imports
        .Select(name => PathOf(name, LakeFolders.ImportTracksFile)).Where(File.Exists);

    /// <summary>
    /// Makes <c>report_listens</c>: listener and track (numbers), heard_at (microseconds, 0 unknown), played_share and plays;
    /// and the ids of the numbers in <c>report_user_ids</c> and <c>report_track_ids</c>. A row with a time is one play. Logs
    /// without times came added up: there, and in what ingest took, a row says how many it stands for.
    /// </summary>
    public void CreateListens(EngineConnection connection, CancellationToken cancellationToken)
    {
        // One import has numbers of its own and each listen once: it is read as it is.
        if (_segments.Count == 0 && _imports is [var import])
        {
            var name = import.Report.Name;
            Create("VIEW", "report_user_ids", $"SELECT user_number AS listener, user_id FROM {SqlText.Parquet(PathOf(name, LakeFolders.ImportUserIdsFile))}");
            Create("VIEW", "report_track_ids", $"SELECT track_number AS track, track_id FROM {SqlText.Parquet(PathOf(name, LakeFolders.ImportTrackIdsFile))}");
            Create("VIEW", "report_listens", Part(SqlText.Parquet(Listens(name)), Plays(import), "user_number AS listener, track_number AS track"));
            return;
        }

        var parts = _imports.GroupBy(Plays).Select(alike => Part(SqlText.Parquet(alike.Select(log => Listens(log.Report.Name))), alike.Key, "user_id, track_id")).ToList();
        if (_segments.Count > 0)
        {
            parts.Add(Part(SqlText.Segments(_segments), PlayCount, "user_id, track_id"));
        }

        Create("VIEW", "report_sources", string.Join(" UNION ALL ", parts));
        Create("TABLE", "report_user_ids", Numbered("user_id", "listener"));
        Create("TABLE", "report_track_ids", Numbered("track_id", "track"));
        Create(
            "TABLE",
            "report_listens",
            """
            SELECT listener, track, heard_at, max(played_share) AS played_share, max(plays) AS plays
            FROM report_sources JOIN report_user_ids USING (user_id) JOIN report_track_ids USING (track_id)
            GROUP BY listener, track, heard_at
            """);

        void Create(string kind, string name, string sql) => connection.Execute($"CREATE OR REPLACE TEMP {kind} {name} AS {sql}", cancellationToken);
    }

    /// <summary>The file that made the engine fail; null when all can be read.</summary>
    public LakeCorruptException? FindUnreadableFile(EngineConnection connection, EngineException failure, CancellationToken cancellationToken) =>
        failure.IsOutOfMemory
            ? null
            : _segments.Select(file => UnreadableFile.CheckSegment(connection, file, cancellationToken)).Concat(Imports.Select(Listens)
                .Select(file => (file, UnreadableFile.ListenColumns))
                .Concat(Imports.Select(name => (PathOf(name, LakeFolders.ImportUserIdsFile), "count(user_id)")))
                .Concat(Imports.Select(name => (PathOf(name, LakeFolders.ImportTrackIdsFile), "count(track_id)")))
                .Concat(Catalogues.Select(file => (file, "count(track_id) + count(title) + count(artists) + count(genres)")))
                .Select(check => UnreadableFile.Check(connection, check.Item1, check.Item2, cancellationToken)))
                .FirstOrDefault(problem => problem is not null);

    private static string Plays(ImportedLog import) => import.Report.Timed ? "1" : PlayCount;

    private static string Numbered(string id, string number) =>
        $"SELECT {id}, (row_number() OVER () - 1)::INTEGER AS {number} FROM (SELECT DISTINCT {id} FROM report_sources)";

    private string Part(string table, string plays, string ids) =>
        $"SELECT {ids}, epoch_us(listened_at) AS heard_at, played_share, {plays}::BIGINT AS plays FROM {table} "
        + $"WHERE user_id IS NOT NULL AND track_id IS NOT NULL AND listened_at IS NOT NULL AND {_notDeleted}";

    private string Listens(string import) => PathOf(import, LakeFolders.ImportListensFile);

    private string PathOf(string import, string name) => Path.Combine(_lake.Import(import), name);
}
