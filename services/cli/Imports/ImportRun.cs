using RecSys.Cli.Output;
using RecSys.Data.History;
using RecSys.Data.Tracks;
using RecSys.Lake.Imports;
using Spectre.Console;

namespace RecSys.Cli.Imports;

/// <summary>Brings a log into the lake, its names into the catalogue, and what every user heard last into the histories.</summary>
internal static class ImportRun
{
    private const int BatchSize = 20_000;

    public static async Task<ImportReport> RunAsync(
        ImportTarget target, string format, IReadOnlyList<string> paths, string? name, IAnsiConsole console, CancellationToken cancellationToken)
    {
        if (name is not null && !LogImporter.IsValidName(name))
        {
            throw new UsageException($"--name {name}: 1 to 64 of a-z, 0-9, '-', '_' and '.' are allowed, not beginning with '.'.");
        }

        var importer = new LogImporter(target.Lake);
        var report = await ProgressView.RunAsync(console, "Reading and cleaning", async _ => await importer.ImportAsync(format, paths, name, cancellationToken));
        var imported = target.Lake.FindImport(report.Name)!;
        await ProgressView.RunAsync(console, "Storing names", async progress =>
        {
            var stored = 0L;
            await foreach (var batch in imported.ReadTracksAsync(cancellationToken).Chunk(BatchSize).WithCancellation(cancellationToken))
            {
                await target.Tracks.PutAsync([.. batch.Select(t => new TrackRecord(t.TrackId, t.Title, t.Artist, t.Album, [.. t.Genres]))], cancellationToken);
                progress((double)(stored += batch.Length) / Math.Max(1, report.NamedTracks), $"{stored:N0}");
            }

            return stored;
        });
        await ProgressView.RunAsync(console, "Storing histories", async progress =>
        {
            var read = 0L;
            await foreach (var batch in imported.ReadListensAsync(cancellationToken).Chunk(BatchSize).WithCancellation(cancellationToken))
            {
                await target.Histories.AddAsync([.. batch.Select(l => new RecentListen(l.UserId, l.TrackId, l.ListenedAt, l.PlayedShare, l.PlayCount))], cancellationToken);
                progress((double)(read += batch.Length) / Math.Max(1, report.Kept), $"{read:N0}");
            }

            return read;
        });
        return report;
    }
}
