using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>
/// Text whose lines are a user and the items of that user, separated by spaces or tabs; a user may have several lines. Every
/// pair is a row. Several files are one log.
/// </summary>
internal sealed class AdjacencyFormat : IImportFormat
{
    public string Name => "adjacency";

    public ImportPlan Plan(EngineConnection connection, ImportInputs inputs, ImportOptions options, CancellationToken cancellationToken)
    {
        var files = inputs.Paths.SelectMany(path => inputs.OpenAll(path, ".txt")).ToArray();
        foreach (var file in files)
        {
            _ = DelimitedText.FirstLine(connection, file, cancellationToken)
                ?? throw new LakeInputException(file.Path, "has no rows", "Each line must be a user and its items: user item item …");
        }

        var texts = Array.ConvertAll(files, DelimitedText.Lines);
        return new ImportPlan(files, string.Join(" UNION ALL ", texts.Select(Listens)), Timed: false) { ListenTexts = texts };
    }

    private static string Listens(DelimitedText text) =>
        new ListenSelect("user_id", "track_id").From(
            $"(SELECT ids[1] AS user_id, unnest(ids[2:]) AS track_id FROM (SELECT string_split_regex(trim(line, ' ' || chr(9) || chr(13)), '\\s+') AS ids FROM {text.Sql()}))");
}
