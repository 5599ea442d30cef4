using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// Yambda as Yandex publishes it, its flat form: <c>listens.parquet</c> (uid, timestamp in seconds after an unknown start, item_id, is_organic,
/// played_ratio_pct, track_length_seconds), or its folder. Likes, dislikes and the rest of the folder are left out.
/// </summary>
internal sealed class YambdaFormat : IImportFormat
{
    private const string ListensName = "listens.parquet";

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["likes"] = "feedback has no place in an import",
        ["dislikes"] = "feedback has no place in an import",
        ["unlikes"] = "feedback has no place in an import",
        ["undislikes"] = "feedback has no place in an import",
        ["multi_event"] = $"its listens are those of {ListensName}",
    };

    public string Name => "yambda";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var tables = new List<ParquetTable>();
        var leftOut = new List<LeftOutFile>();
        foreach (var path in inputs.Paths)
        {
            var isFolder = Directory.Exists(path);
            foreach (var name in isFolder ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).ToArray() : [path])
            {
                var kind = Path.GetFileNameWithoutExtension(name);
                if (isFolder && kind != Path.GetFileNameWithoutExtension(ListensName) || Reasons.ContainsKey(kind))
                {
                    leftOut.Add(LeftOut(connection, name, Reasons.GetValueOrDefault(kind, "it has no listens"), cancellationToken));
                    continue;
                }

                var table = ParquetTable.Open(connection, InputFile.Open(name), cancellationToken);
                tables.Add(table.Find("eventtype") < 0
                    ? table
                    : throw new LakeInputException(name, "has events of several kinds", $"Name {ListensName}"));
            }
        }

        return tables.Count > 0
            ? new ImportPlan([.. tables.Select(table => table.File)], string.Join(" UNION ALL ", tables.Select(Listens)), Timed: true) { HasSinglePlays = true, LeftOut = leftOut }
            : throw new LakeInputException(string.Join(", ", inputs.Paths), $"has no {ListensName}", $"Name the folder of the flat form with {ListensName}");
    }

    // The first second is not the unknown time. More than the whole track was played where somebody went back in it.
    private static string Listens(ParquetTable table) =>
        new ListenSelect(table.Id(table.Require("uid")), table.Id(table.Require("item_id")))
        {
            Time = $"CASE WHEN {table.Number(table.Require("timestamp"))} >= 0 THEN greatest(round({table.Number(table.Require("timestamp"))} * 1e6), 1)::BIGINT END",
            PlayedShare = $"least(1, {table.Number(table.Require("played_ratio_pct"))} / 100)::FLOAT",
        }.From(table.Sql);

    private static LeftOutFile LeftOut(EngineConnection connection, string path, string reason, CancellationToken cancellationToken)
    {
        try
        {
            var rows = Reasons.ContainsKey(Path.GetFileNameWithoutExtension(path))
                ? connection.QueryLong($"SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata({SqlText.Literal(path)})", cancellationToken)
                : (long?)null;
            return new LeftOutFile(Path.GetFileName(path), rows, reason);
        }
        catch (EngineException)
        {
            // What is left out may be broken.
            return new LeftOutFile(Path.GetFileName(path), null, reason);
        }
    }
}
