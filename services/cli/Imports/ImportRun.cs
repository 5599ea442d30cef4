using System.Data.Common;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Lake;
using RecSys.Lake.Storage;
using Spectre.Console;

namespace RecSys.Cli.Imports;

/// <summary>Brings a log into the lake, its names into the catalogue, and what every user heard last into the histories.</summary>
internal static class ImportRun
{
    private const int BatchSize = 20_000;

    /// <summary>Imports a log.</summary>
    /// <param name="dataFolder">The data folder of the standalone system.</param>
    /// <param name="format">The log's format.</param>
    /// <param name="paths">Its files or folders.</param>
    /// <param name="options">How to import it.</param>
    /// <param name="replace">Whether an import of the same name may be replaced.</param>
    /// <param name="historyListens">The newest listens of each user that go to the histories; null: as many as these keep.</param>
    /// <param name="console">Where progress is shown.</param>
    /// <param name="cancellationToken">Stops the import.</param>
    public static async Task<ImportReport> RunAsync(
        DirectoryInfo dataFolder,
        string format,
        IReadOnlyList<string> paths,
        ImportOptions options,
        bool replace,
        int? historyListens,
        IAnsiConsole console,
        CancellationToken cancellationToken)
    {
        if (options.Name is { } name && !LogImporter.IsValidName(name))
        {
            throw new UsageException($"--name {name}: 1 to 64 of a-z, 0-9, '-', '_' and '.' are allowed, not beginning with '.'.");
        }

        if (options.User is { } user && !LogImporter.FormatsOfOnePerson.Contains(format))
        {
            throw new UsageException($"--user {user}: the format {format} says itself who listened; --user is for {string.Join(", ", LogImporter.FormatsOfOnePerson)}.");
        }

        if (options.User is { } id && IdText.ProblemOfId(id) is { } problem)
        {
            throw new UsageException($"--user: a user {problem}.");
        }

        if (options.DryRun)
        {
            return await DryRunAsync(new FolderSettings(dataFolder).S3, format, paths, options, console, cancellationToken);
        }

        dataFolder.Refresh();
        var isNew = !dataFolder.Exists;
        try
        {
            await using var target = await ImportTarget.OpenAsync(dataFolder, cancellationToken);
            await CheckReplacingAsync(target, options.Name ?? format, replace, console, cancellationToken);
            await using var replaced = await ReplacedImport.HoldAsync(target.Queries, options.Name ?? format, cancellationToken);
            var report = await ReadAsync(target.Queries, target.S3, format, paths, options, console, cancellationToken);
            if (report.Stored)
            {
                await StoreAllAsync(target, report, replaced, historyListens ?? target.RecentListensPerUser, console, cancellationToken);
            }

            return report;
        }
        catch (LakeInputException) when (isNew)
        {
            // A folder that was made for this log alone.
            DatabaseMigrator.CloseFiles();
            dataFolder.Delete(recursive: true);
            throw;
        }
    }

    private static async Task CheckReplacingAsync(
        ImportTarget target, string name, bool replace, IAnsiConsole console, CancellationToken cancellationToken)
    {
        if (await target.Queries.FindImportAsync(name, cancellationToken) is not { Report: var existing })
        {
            return;
        }

        var what = $"{name}, {NumberText.Count(existing.Kept, "row")} of {NumberText.Count(existing.Users, "user")} in the format {existing.Format}";
        if (!replace)
        {
            throw new UsageException($"there is an import {what} already. Give this log another --name, or replace that one with --replace.");
        }

        console.WriteLine($"Replaces the import {what}");
    }

    private static async Task StoreAllAsync(
        ImportTarget target, ImportReport report, ReplacedImport? replaced, int historyListens, IAnsiConsole console, CancellationToken cancellationToken)
    {
        try
        {
            if (replaced is not null)
            {
                await ProgressView.RunAsync(console, "Clearing histories", _ => ClearAsync(target, replaced, cancellationToken));
            }

            await StoreAsync(target, report, historyListens, console, cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or DatabaseUnavailableException)
        {
            throw new IOException(
                $"The log is in the lake as {report.Name}, but not all of its names and histories are in the database: {failure.Message.TrimEnd('.')}. Mend that and import again with --replace.", failure);
        }
    }

    // What only the replaced import had goes; what it had pushed out of the histories comes back.
    private static async Task<bool> ClearAsync(ImportTarget target, ReplacedImport replaced, CancellationToken cancellationToken)
    {
        await replaced.ChangeAsync(
            target.RecentListensPerUser,
            gone => target.Histories.RemoveAsync([.. gone.Select(listen => listen.ToRecentListen())], cancellationToken),
            back => target.Histories.AddAsync([.. back.Select(listen => listen.ToRecentListen())], cancellationToken),
            cancellationToken);
        return true;
    }

    private static async Task StoreAsync(
        ImportTarget target, ImportReport report, int historyListens, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var imported = (await target.Queries.FindImportAsync(report.Name, cancellationToken))!;
        await ProgressView.RunAsync(console, "Storing names", async progress =>
        {
            var stored = 0L;
            await foreach (var batch in imported.ReadTracksAsync(cancellationToken).Chunk(BatchSize).WithCancellation(cancellationToken))
            {
                await target.Tracks.PutAsync([.. batch.Select(t => new TrackRow(t.TrackId, t.Title, t.Artist, t.Album, [.. t.Genres]))], cancellationToken);
                progress((double)(stored += batch.Length) / Math.Max(1, report.NamedTracks), $"{stored:N0}");
            }

            return stored;
        });
        if (historyListens == 0)
        {
            return;
        }

        await ProgressView.RunAsync(console, "Storing histories", async progress =>
        {
            var read = 0L;
            await foreach (var batch in imported.ReadNewestListensAsync(historyListens, cancellationToken).Chunk(BatchSize).WithCancellation(cancellationToken))
            {
                await target.Histories.AddAsync([.. batch.Select(listen => listen.ToRecentListen())], cancellationToken);
                progress((double)(read += batch.Length) / Math.Max(1, report.Kept), $"{read:N0}");
            }

            return read;
        });
    }

    // In a lake of its own, which is gone at the end: the data folder is not even made.
    private static async Task<ImportReport> DryRunAsync(
        S3Options s3, string format, IReadOnlyList<string> paths, ImportOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("recsys-import-");
        try
        {
            using var lake = new ListenLake(folder.FullName);
            using var queries = new LakeQueries(lake);
            return await ReadAsync(queries, s3, format, paths, options, console, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<ImportReport> ReadAsync(
        LakeQueries queries,
        S3Options s3,
        string format,
        IReadOnlyList<string> paths,
        ImportOptions options,
        IAnsiConsole console,
        CancellationToken cancellationToken) =>
        ProgressView.RunAsync(console, "Reading and cleaning", async progress =>
        {
            using var inputs = await S3Inputs.FetchAsync(queries.Lake, paths, s3, cancellationToken);
            try
            {
                return await new LogImporter(queries).ImportAsync(
                    format,
                    inputs.Paths,
                    options with { Progress = (share, stage) => progress(share, console.Profile.Capabilities.Interactive ? stage : null) },
                    cancellationToken);
            }
            catch (LakeInputException exception)
            {
                throw inputs.Explain(exception);
            }
        });
}
