using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Reports;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Lake;
using Spectre.Console;

namespace RecSys.Cli.Reports;

/// <summary>Computes the figures of a data folder and writes both files.</summary>
/// <param name="dataFolder">The data folder; RECSYS__LAKE__… and RECSYS__DATABASE__… name others.</param>
/// <param name="outputFolder">Where the files go.</param>
/// <param name="sessionGap">The pause that ends a session.</param>
/// <param name="imports">The imports to look at; empty for everything.</param>
internal sealed class ReportRun(DirectoryInfo dataFolder, DirectoryInfo outputFolder, TimeSpan sessionGap, IReadOnlyList<string> imports)
{
    public const string PageFile = "report.html";
    public const string JsonFile = "report.json";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The page's path as a person gave it.</summary>
    public string Page => Path.Combine(outputFolder.ToString(), PageFile);

    public async Task<LakeReport> RunAsync(IAnsiConsole notes, CancellationToken cancellationToken)
    {
        var settings = new FolderSettings(dataFolder);
        await using var folderLake = await settings.OpenLakeAsync(cancellationToken);
        var lake = folderLake.Lake;
        using var queries = new LakeQueries(lake);
        var report = await queries.CountRowsAsync(cancellationToken) == 0 || folderLake.Stores is not { } services ? null : await ProgressView.RunAsync(
            notes, "Looking at the log", progress => ReadAsync(queries, services, (share, what) => progress(share, what), cancellationToken));
        if (report is null)
        {
            throw new UsageException(
                $"{lake.Location}: there are no listens yet. Import a log with 'recsys import FORMAT PATH --data {dataFolder}', or submit some with 'recsys listens submit'.");
        }

        outputFolder.Create();
        await WriteAsync(JsonFile, ReportJson.Create(report).ToJsonString(Indented) + "\n", cancellationToken);
        await WriteAsync(PageFile, ReportPage.Render(report, TimeProvider.System.GetUtcNow()), cancellationToken);
        return report;
    }

    private async Task<LakeReport?> ReadAsync(
        LakeQueries queries, IServiceProvider services, Action<double, string> progress, CancellationToken cancellationToken)
    {
        var report = await new LakeReporter(queries).CreateAsync(
            new ReportOptions { Imports = imports, SessionGap = sessionGap, Names = ReadNames(services, cancellationToken) }, progress, cancellationToken);
        if (report is null)
        {
            return null;
        }

        var measured = new List<ServiceFigures>();
        foreach (var service in report.Services)
        {
            progress(1, "neighbours");
            measured.Add(service with { Neighbors = await NeighborCount.ReadAsync((await queries.FindImportAsync(service.Import, cancellationToken))!, cancellationToken) });
        }

        return report with { Services = measured };
    }

    // What producers named through ingest. Asked for only when the lake has listens of theirs.
    private static async IAsyncEnumerable<LakeTrack> ReadNames(
        IServiceProvider services, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var track in services.GetRequiredService<TrackStore>().ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return new LakeTrack(track.TrackId, track.Title, track.Artist, track.Album, track.Genres);
        }
    }

    // Whole or not at all: a browser that looks at the old page meanwhile never sees half of the new one.
    private async Task WriteAsync(string name, string content, CancellationToken cancellationToken)
    {
        var path = Path.Combine(outputFolder.FullName, name);
        var temporary = Path.Combine(outputFolder.FullName, $".{name}.{Guid.NewGuid():N}.tmp");
        try
        {
            await File.WriteAllTextAsync(temporary, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
