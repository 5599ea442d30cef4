using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports.Formats;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Contracts;
using RecSys.Lake.Storage;

namespace RecSys.Analytics.Imports;

/// <summary>Brings logs of other systems into a lake. An import is visible whole or not at all.</summary>
/// <param name="queries">The lake to import into, and its engine.</param>
/// <param name="timeProvider">The clock that times in the future are recognised by; null: the system's.</param>
public sealed class LogImporter(LakeQueries queries, TimeProvider? timeProvider = null)
{
    private static readonly IImportFormat[] KnownFormats =
    [
        new YandexFormat(), new LastFm1KFormat(), new LastFm360KFormat(), new LastFmCsvFormat(), new HetrecFormat(), new BotifyFormat(),
        new ListenBrainzFormat(), new SpotifyFormat(), new MalojaFormat(), new LastFmFormat(), new YambdaFormat(), new RecBoleFormat(),
        new EventsParquetFormat(), new TriplesFormat(), new AdjacencyFormat(),
    ];

    /// <summary>Names of the formats that <see cref="ImportAsync(string, IReadOnlyList{string}, ImportOptions, CancellationToken)"/> reads.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. KnownFormats.Select(format => format.Name)];

    /// <summary>Those of <see cref="Formats"/> that are exports of one person.</summary>
    public static IReadOnlyList<string> FormatsOfOnePerson { get; } = [.. KnownFormats.Where(format => format.IsOfOnePerson).Select(format => format.Name)];

    /// <summary>Whether an import may have this name: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'.</summary>
    public static bool IsValidName(string name) => LakeFolders.IsImportName(name);

    /// <summary>Imports a log with the options' defaults.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="paths">The files or folders of the log.</param>
    /// <param name="name">See <see cref="ImportOptions.Name"/>.</param>
    /// <param name="cancellationToken">Cancelled, the import leaves nothing behind.</param>
    /// <inheritdoc cref="ImportAsync(string, IReadOnlyList{string}, ImportOptions, CancellationToken)" path="/exception"/>
    public Task<ImportReport> ImportAsync(
        string format, IReadOnlyList<string> paths, string? name = null, CancellationToken cancellationToken = default) =>
        ImportAsync(format, paths, new ImportOptions { Name = name }, cancellationToken);

    /// <summary>Imports a log.</summary>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="paths">The files or folders of the log.</param>
    /// <param name="options">How to import it.</param>
    /// <param name="cancellationToken">Cancelled, the import leaves nothing behind.</param>
    /// <returns>What was found and kept; <see cref="ImportReport.Stored"/> says whether the lake has it now.</returns>
    /// <exception cref="LakeInputException">The input can't be read, or no row of it is usable.</exception>
    /// <exception cref="LakeWriteException">The disk is full.</exception>
    /// <exception cref="ArgumentException">The format or an option is not valid.</exception>
    public Task<ImportReport> ImportAsync(
        string format, IReadOnlyList<string> paths, ImportOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.ColdListens, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxListensPerDay ?? 0, nameof(options));
        var known = KnownFormats.FirstOrDefault(candidate => candidate.Name == format)
            ?? throw new ArgumentException($"There is no format {format}. There are: {string.Join(", ", Formats)}.", nameof(format));
        if (paths.Count == 0)
        {
            throw new ArgumentException("Name at least one file or folder to import.", nameof(paths));
        }

        if (options.User is { } user && (!known.IsOfOnePerson || IdText.ProblemOfId(user) is not null))
        {
            throw new ArgumentException(
                known.IsOfOnePerson ? $"The user {IdText.ProblemOfId(user)}." : $"The format {format} has users of its own; a user is named for {string.Join(", ", FormatsOfOnePerson)}.", nameof(options));
        }

        var name = options.Name ?? format;
        if (!IsValidName(name))
        {
            throw new ArgumentException($"The name {name} is not valid: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'.", nameof(options));
        }

        return Task.Run(() => Import(known, paths, name, options, cancellationToken), cancellationToken);
    }

    private async Task<ImportReport> Import(
        IImportFormat format, IReadOnlyList<string> paths, string name, ImportOptions options, CancellationToken cancellationToken)
    {
        using var connection = queries.Engine.Connect();
        var staged = queries.Lake.Folders.NewStagingPath("");
        var work = queries.Lake.Folders.NewStagingPath("-work");
        var cleared = queries.Lake.Folders.NewStagingPath("-cleared");
        ImportInputs? inputs = null;
        IReadOnlyList<InputFile> files = [];
        try
        {
            DurableFiles.MakeFolder(staged);
            DurableFiles.MakeFolder(work);
            options.Progress?.Invoke(0, "looking at the files");
            inputs = ImportInputs.Open(paths, work, cancellationToken);
            var plan = format.Plan(connection, inputs, options, cancellationToken);
            files = plan.Files;
            var latest = (timeProvider ?? TimeProvider.System).GetUtcNow().AddDays(1);
            var report = new ListenCleaner(connection, plan, options, latest, queries.Lake.Compression).Write(staged, work, name, format.Name, cancellationToken);
            if (options.DryRun || (options.Strict && report.Dropped > 0))
            {
                return report;
            }

            report = report with { Stored = true };
            ImportReportFile.Write(Path.Combine(staged, LakeFolders.ImportReportFile), report);
            cancellationToken.ThrowIfCancellationRequested();
            var everybody = await queries.Lake.ReadDeletedAsync(cancellationToken).ConfigureAwait(false);
            var eraser = new ImportEraser(queries.Lake, connection);
            var deleted = everybody.IsEmpty ? everybody : DeletedListens.In(connection, everybody, eraser.UsersSql(staged, cancellationToken), cancellationToken);
            if (!deleted.IsEmpty && eraser.Write(staged, cleared, deleted, cancellationToken) is { } written)
            {
                report = written.Report.Kept > 0
                    ? written.Report
                    : throw new LakeInputException(string.Join(", ", files.Select(file => file.Path)), "has listens of people only whose data was deleted", "Leave it out");
                Directory.Delete(staged, recursive: true);
                Directory.Move(cleared, staged);
            }

            await queries.Lake.PublishImportAsync(name, staged, report.Kept, everybody.Number, cancellationToken).ConfigureAwait(false);
            return report;
        }
        catch (EngineException failure)
        {
            var explained = EngineFailure.Explain(failure, files, queries.Lake.RootFolder);
            throw explained is LakeInputException refused && inputs is not null ? inputs.Explain(refused) : explained;
        }
        catch (LakeInputException refused) when (inputs is not null)
        {
            throw inputs.Explain(refused);
        }
        catch (IOException failure) when (EngineFailure.IsNoRoom(failure.Message))
        {
            throw EngineFailure.NoRoom(queries.Lake.RootFolder, failure);
        }
        finally
        {
            foreach (var folder in (string[])[staged, work, cleared])
            {
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }
    }
}
