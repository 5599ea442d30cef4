using System.Text.Encodings.Web;
using System.Text.Json;
using RecSys.Analytics;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Data.Artifacts;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Lake;
using RecSys.Lake.Exports;
using Spectre.Console;

namespace RecSys.Cli.Models;

/// <summary>Writes a version, or tables of the log, into the folder of an export.</summary>
internal sealed class ModelExport(ImportTarget stores, StoredModel? model, ExportTarget target, IAnsiConsole notes)
{
    private const string ListsFile = "recommendations.jsonl";
    private const string FactorsFile = "factors.npz";
    private const int BytesPerWrite = 1 << 20;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly LogExporter _log = new(stores.Queries);
    private readonly ListExporter _lists = new();
    private readonly Dictionary<string, long> _rows = [];

    private StoredModel Model => model ?? throw new InvalidOperationException("This table is of a model version.");

    /// <summary>Writes tables as Parquet files.</summary>
    public async Task WriteTablesAsync(IReadOnlyCollection<string> tables, CancellationToken cancellationToken)
    {
        foreach (var table in ExportTables.All.Where(tables.Contains))
        {
            await WriteAsync($"{table}.parquet", file => WriteTableAsync(table, file, cancellationToken));
        }
    }

    /// <summary>Writes every user's list as a line of JSON.</summary>
    public Task WriteLinesAsync(CancellationToken cancellationToken) => WriteAsync(ListsFile, async file =>
    {
        await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, BytesPerWrite);
        await using var json = new Utf8JsonWriter(stream, Json);
        var count = 0L;
        await foreach (var list in Model.ReadListsAsync(cancellationToken))
        {
            WriteLine(json, list);
            stream.WriteByte((byte)'\n');
            json.Reset();
            count++;
        }

        return count;
    });

    /// <summary>Writes the factors as numpy arrays.</summary>
    public Task WriteFactorsAsync(CancellationToken cancellationToken) => WriteAsync(FactorsFile, async file =>
    {
        using var writer = new FactorFileWriter(file);
        var userIds = await Model.ReadUserIdsAsync(cancellationToken);
        await using (var users = await Model.OpenAsync(ArtifactNames.AlsUserFactors, cancellationToken))
        {
            await writer.WriteUsersAsync(userIds, users, cancellationToken);
        }

        var trackIds = await Model.ReadTrackIdsAsync(cancellationToken);
        await using (var items = await Model.OpenAsync(ArtifactNames.AlsItemFactors, cancellationToken))
        {
            await writer.WriteItemsAsync(trackIds, items, cancellationToken);
        }

        writer.WriteSettings(Model.Alpha, Model.Settings);
        return userIds.Length + trackIds.Length;
    });

    /// <summary>Makes everything that was written visible.</summary>
    public Task<ExportManifest> PublishAsync(CancellationToken cancellationToken) => target.PublishAsync(model?.Version, _rows, cancellationToken);

    private static void WriteLine(Utf8JsonWriter json, UserRecommendationsRow list)
    {
        json.WriteStartObject();
        json.WriteString("user"u8, list.UserId);
        json.WriteStartArray("tracks"u8);
        foreach (var track in list.TrackIds)
        {
            json.WriteStringValue(track);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private Task WriteAsync(string name, Func<string, Task<long>> write) => ProgressView.RunAsync(notes, $"Writing {name}", async report =>
    {
        var rows = _rows[name] = await write(target.PathTo(name));
        report(1, $"{NumberText.Count(rows, "row")}");
        return rows;
    });

    private async Task<long> WriteTableAsync(string table, string file, CancellationToken cancellationToken) => table switch
    {
        ExportTables.Items => await _log.WriteItemsAsync(file, stores.Tracks.ReadAllAsync(cancellationToken).Select(ToLake), cancellationToken),
        ExportTables.Events => await _log.WriteEventsAsync(file, cancellationToken),
        ExportTables.TopPopular => await _lists.WritePopularAsync(file, await Model.ReadPopularAsync(cancellationToken), cancellationToken),
        ExportTables.PersonalAls => await _lists.WriteListsAsync(
            file,
            new ListColumns("user_id", "track_id"),
            await Model.ReadUserIdsAsync(cancellationToken),
            await Model.ReadTrackIdsAsync(cancellationToken),
            Model.ComputePersonalAsync(cancellationToken),
            cancellationToken),
        ExportTables.Similar => await _lists.WriteListsAsync(
            file,
            new ListColumns("track_id", "similar_track_id"),
            Model.ReadSimilarAsync(cancellationToken).Select(list => new TrackList(list.TrackId, list.SimilarTrackIds, list.Scores)),
            cancellationToken),
        ExportTables.Recommendations => await _lists.WriteListsAsync(
            file,
            new ListColumns("user_id", "track_id", HasSources: true),
            Model.ReadListsAsync(cancellationToken).Select(list => new TrackList(list.UserId, list.TrackIds, list.Scores, list.Sources)),
            cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "There is no such table."),
    };

    private static LakeTrack ToLake(TrackRow track) => new(track.TrackId, track.Title, track.Artist, track.Album, track.Genres);
}

/// <summary>Names of the tables that <c>recsys models export --format parquet</c> writes.</summary>
internal static class ExportTables
{
    public const string Items = "items";
    public const string Events = "events";
    public const string TopPopular = "top_popular";
    public const string PersonalAls = "personal_als";
    public const string Similar = "similar";
    public const string Recommendations = "recommendations";

    /// <summary>All, in the order in which they are written.</summary>
    public static IReadOnlyList<string> All { get; } = [Items, Events, TopPopular, PersonalAls, Similar, Recommendations];

    /// <summary>Those that are made of the log and its catalogue, without a model.</summary>
    public static bool IsOfLog(string table) => table is Items or Events;
}
