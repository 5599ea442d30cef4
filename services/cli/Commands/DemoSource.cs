using Google.Protobuf.WellKnownTypes;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Synthetic;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Events.V1;
using RecSys.Lake;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary>Where a demo's log comes from: the generator, or a real log in one of the import formats.</summary>
internal static class DemoSource
{
    public static async Task<DemoLog> ReadAsync(
        string? source, int seed, IAnsiConsole console, DirectoryInfo scratch, CancellationToken cancellationToken)
    {
        if (source is null)
        {
            return Generate(seed);
        }

        var at = source.IndexOf(':');
        if (at < 1 || !LogImporter.Formats.Contains(source[..at]))
        {
            throw new UsageException($"--data {source}: FORMAT:PATH is expected, with one of the formats {string.Join(", ", LogImporter.Formats)}.");
        }

        return await ImportAsync(source[..at], source[(at + 1)..], console, scratch, cancellationToken);
    }

    private static DemoLog Generate(int seed)
    {
        // Ends with the last full day, so that the listens are recent whenever the demo runs.
        var log = SyntheticLog.Generate(new SyntheticLogOptions { EndsAt = new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero), Seed = seed });
        return new DemoLog(
            $"A generated log (seed {seed}): {log.Listeners.Count:N0} listeners with tastes, {NumberText.Count(log.Tracks.Count, "track")}, {NumberText.Count(log.Listens.Count, "listen")} over a year",
            [.. log.Tracks.Select(ToTrack)],
            [.. log.Listens.Select(ToListen)]);
    }

    /// <summary>Reads and cleans the log as <c>recsys import</c> would, in a lake of its own.</summary>
    private static async Task<DemoLog> ImportAsync(
        string format, string path, IAnsiConsole console, DirectoryInfo scratch, CancellationToken cancellationToken)
    {
        using var lake = new ListenLake(scratch.FullName);
        using var queries = new LakeQueries(lake);
        var report = await ProgressView.RunAsync(console, $"Reading {path}", async _ => await new LogImporter(queries).ImportAsync(format, [path], cancellationToken: cancellationToken));
        var imported = (await queries.FindImportAsync(report.Name, cancellationToken))!;
        return new DemoLog(
            $"{format} {path}: {report.Kept:N0} of {NumberText.Count(report.Rows, "row")}, {NumberText.Count(report.Users, "user")}, {NumberText.Count(report.Tracks, "track")}, {report.Plays:N0} plays",
            await imported.ReadTracksAsync(cancellationToken).Select(ToTrack).ToListAsync(cancellationToken),
            await imported.ReadListensAsync(cancellationToken).Select(ToListen).ToListAsync(cancellationToken));
    }

    private static Track ToTrack(LakeTrack track)
    {
        var result = new Track { TrackId = track.TrackId, Title = track.Title, Artist = track.Artist, Album = track.Album };
        result.Genres.AddRange(track.Genres);
        return result;
    }

    private static Listen ToListen(LakeListen listen)
    {
        var result = new Listen
        {
            UserId = listen.UserId,
            TrackId = listen.TrackId,
            ListenTime = listen.ListenedAt.ToTimestamp(),
            PlayCount = (uint)listen.PlayCount,
        };
        if (listen.PlayedShare is { } share)
        {
            result.PlayedShare = share;
        }

        return result;
    }
}

/// <summary>What a demo starts from.</summary>
/// <param name="Description">One line for a person.</param>
/// <param name="Tracks">The catalogue.</param>
/// <param name="Listens">All listens, oldest first.</param>
internal sealed record DemoLog(string Description, IReadOnlyList<Track> Tracks, IReadOnlyList<Listen> Listens);
