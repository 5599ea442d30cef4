using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports.Formats;

/// <summary>A data set whose main file has a name that everybody knows it by.</summary>
internal static class PublishedFile
{
    /// <summary>The file, and the folder that others of the set may lie in: of a folder, or the file itself under any name.</summary>
    /// <exception cref="LakeInputException">It isn't there.</exception>
    public static (string Folder, InputFile File) Find(IReadOnlyList<string> paths, string name)
    {
        if (paths.Count != 1)
        {
            throw new LakeInputException(string.Join(", ", paths), "are several paths", $"Name one folder with {name}, or that file alone");
        }

        if (!Directory.Exists(paths[0]))
        {
            return (Path.GetDirectoryName(Path.GetFullPath(paths[0]))!, InputFile.Open(paths[0]));
        }

        var file = InputFile.Find(paths[0], name)
            ?? throw new LakeInputException(paths[0], $"has no {name} (nor with .gz or .zst)", "Name the folder that the data set was unpacked to");
        return (paths[0], file);
    }

    /// <summary>Checks that the first line of a file with tabs has so many columns: else it is another file.</summary>
    /// <exception cref="LakeInputException">It hasn't, or there is no line.</exception>
    public static void CheckColumns(EngineConnection connection, InputFile file, int count, string columns, CancellationToken cancellationToken)
    {
        var line = DelimitedText.FirstLine(connection, file, cancellationToken)
            ?? throw new LakeInputException(file.Path, "has no rows", "Fetch the file again");
        var found = line.Split('\t').Length;
        if (found != count)
        {
            throw new LakeInputException(
                file.Path, $"has {found} column{(found == 1 ? "" : "s")} where {count} are needed: {columns}, separated by tabs", "Give the file as it is published", line: 1);
        }
    }
}
