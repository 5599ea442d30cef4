using System.Text.RegularExpressions;
using RecSys.Lake.DuckDb;
using RecSys.Lake.Imports.Formats;
using RecSys.Lake.Storage;

namespace RecSys.Lake.Imports;

/// <summary>Brings logs of other systems into a lake. An import is visible whole or not at all.</summary>
/// <param name="lake">The lake to import into.</param>
/// <param name="timeProvider">The clock that times in the future are recognised by; null: the system's.</param>
public sealed partial class LogImporter(ListenLake lake, TimeProvider? timeProvider = null)
{
    private static readonly IImportFormat[] KnownFormats = [new HetrecFormat(), new TriplesFormat()];

    /// <summary>Names of the formats that <see cref="ImportAsync"/> reads.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. KnownFormats.Select(format => format.Name)];

    /// <summary>Whether an import may have this name: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'.</summary>
    public static bool IsValidName(string name) => ValidName().IsMatch(name);

    /// <summary>Imports a log.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="paths">The files or folders of the log.</param>
    /// <param name="name">
    /// The import's name in the lake: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'. An import of that name is
    /// replaced. Null: the format's name.
    /// </param>
    /// <param name="cancellationToken">Cancelled, the import leaves nothing behind.</param>
    /// <exception cref="LakeInputException">The input can't be read, or no row of it is usable.</exception>
    /// <exception cref="ArgumentException">The format or the name is not valid.</exception>
    public Task<ImportReport> ImportAsync(
        string format, IReadOnlyList<string> paths, string? name = null, CancellationToken cancellationToken = default)
    {
        var known = KnownFormats.FirstOrDefault(candidate => candidate.Name == format)
            ?? throw new ArgumentException($"There is no format {format}. There are: {string.Join(", ", Formats)}.", nameof(format));
        if (paths.Count == 0)
        {
            throw new ArgumentException("Name at least one file or folder to import.", nameof(paths));
        }

        name ??= format;
        if (!IsValidName(name))
        {
            throw new ArgumentException($"The name {name} is not valid: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'.", nameof(name));
        }

        return ImportAsync(known, paths, name, cancellationToken);
    }

    [GeneratedRegex("^[a-z0-9_-][a-z0-9._-]{0,63}$")]
    private static partial Regex ValidName();

    private async Task<ImportReport> ImportAsync(
        IImportFormat format, IReadOnlyList<string> paths, string name, CancellationToken cancellationToken)
    {
        using var connection = lake.Engine.Connect();
        var staged = lake.Folders.NewStagingPath("");
        try
        {
            var plan = await Task.Run(() => format.Plan(connection, paths, cancellationToken), cancellationToken).ConfigureAwait(false);
            DurableFiles.MakeFolder(staged);

            // The engine and the check for cut files read at the same time, a processor each.
            var check = Task.Run(() => Check(plan.Files, cancellationToken), cancellationToken);
            ImportReport report;
            try
            {
                var latest = (timeProvider ?? TimeProvider.System).GetUtcNow().AddDays(1);
                var cleaner = new ListenCleaner(connection, plan, latest, lake.Compression);
                report = await Task.Run(() => cleaner.Write(staged, name, format.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is LakeInputException or DuckDbException)
            {
                // A cut file explains better than what the engine stumbled over because of it.
                await check.ConfigureAwait(false);
                throw;
            }

            await check.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            DurableFiles.MakeFolder(lake.Folders.Imports);
            DurableFiles.ReplaceFolder(staged, lake.Folders.Import(name));
            return report;
        }
        finally
        {
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }
        }
    }

    private static void Check(IReadOnlyList<InputFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            CompressedFile.Check(file, cancellationToken);
        }
    }
}
