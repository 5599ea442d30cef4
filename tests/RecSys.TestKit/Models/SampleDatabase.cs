using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Data;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Data.Segments;

namespace RecSys.TestKit.Models;

/// <summary>A database with its schema, and model versions written into it as the trainer writes them.</summary>
public sealed class SampleDatabase : IAsyncDisposable
{
    private const int ListLength = 50;

    private readonly ServiceProvider _services;
    private readonly TempFolder? _folder;

    private SampleDatabase(string provider, string connectionString, TempFolder? folder)
    {
        _folder = folder;
        Settings = new Dictionary<string, string>
        {
            ["Database:Provider"] = provider,
            ["Database:ConnectionString"] = connectionString,
        };
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(Settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        _services = new ServiceCollection().AddRecSysData(configuration).BuildServiceProvider();
    }

    /// <summary>What a service needs in its configuration to use this database.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public ModelStore Models => _services.GetRequiredService<ModelStore>();

    public ArtifactStore Artifacts => _services.GetRequiredService<ArtifactStore>();

    public TrackStore Tracks => _services.GetRequiredService<TrackStore>();

    public ISegmentCatalogue Segments => _services.GetRequiredService<ISegmentCatalogue>();

    public DeletedUserStore Deletions => _services.GetRequiredService<DeletedUserStore>();

    public ListenHistoryStore Histories => _services.GetRequiredService<ListenHistoryStore>();

    /// <summary>A SQLite database in a folder of its own.</summary>
    public static Task<SampleDatabase> CreateSqliteAsync()
    {
        var folder = new TempFolder("database");
        return CreateAsync("sqlite", $"Data Source={folder.File("recsys.db")}", folder);
    }

    /// <summary>A SQLite file, made when it is missing, that others may have open as well.</summary>
    public static Task<SampleDatabase> OpenSqliteAsync(string file) => CreateAsync("sqlite", $"Data Source={file}", folder: null);

    /// <summary>A Postgres database that <see cref="PostgresFixture.CreateDatabaseAsync"/> made.</summary>
    public static Task<SampleDatabase> CreatePostgresAsync(string connectionString) => CreateAsync("postgres", connectionString, folder: null);

    /// <summary>Fits a model to the log and writes all that a version has.</summary>
    /// <param name="version">The version's id.</param>
    /// <param name="log">The data.</param>
    /// <param name="activate">Makes it the active version, too; nobody is told.</param>
    /// <param name="settings">Settings that the version has besides those of ALS.</param>
    /// <param name="writeMore">Writes further artifacts of the version.</param>
    /// <param name="heededDeletions">The number of the newest deletion that the log heeds.</param>
    public async Task WriteModelAsync(
        string version,
        SampleLog log,
        bool activate = true,
        IReadOnlyDictionary<string, string>? settings = null,
        Func<ArtifactStore, Task>? writeMore = null,
        long heededDeletions = 0)
    {
        var als = new AlsOptions
        {
            FactorCount = 16,
            Iterations = 10,
            Regularization = 0.1f,
            Alpha = 20,
            Confidence = AlsConfidence.Log,
            ThreadCount = 1,
        };
        var model = AlsModel.Fit(log.Plays, als);
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["als.factors"] = Text(als.FactorCount),
            ["als.regularization"] = Text(als.Regularization),
            ["als.alpha"] = Text(als.Alpha),
            ["als.confidence"] = "log",
        };
        var none = CancellationToken.None;
        await Models.BeginAsync(version, all, none, heededDeletions: heededDeletions);
        await WriteArtifactsAsync(version, log, model);
        await WriteListsAsync(version, log, model);
        if (writeMore is not null)
        {
            await writeMore(Artifacts);
        }

        await Models.FinishAsync(
            version,
            new ModelResult(new Dictionary<string, double>(), log.UserIds.Count, log.TrackIds.Count, log.Plays.CellCount, TimeSpan.FromSeconds(1)),
            none);
        if (activate)
        {
            await Models.ActivateAsync(version, none);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder?.Dispose();
    }

    private static async Task<SampleDatabase> CreateAsync(string provider, string connectionString, TempFolder? folder)
    {
        var database = new SampleDatabase(provider, connectionString, folder);
        await database._services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None);
        return database;
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private async Task WriteArtifactsAsync(string version, SampleLog log, AlsModel model)
    {
        var none = CancellationToken.None;
        await Artifacts.WriteTextsAsync(version, ArtifactNames.UserIds, log.UserIds, none);
        await Artifacts.WriteTextsAsync(version, ArtifactNames.TrackIds, log.TrackIds, none);
        await Artifacts.WriteMatrixAsync(
            version, ArtifactNames.AlsUserFactors, model.UserCount, model.UserFactors.FactorCount, model.UserFactors.Row, none);
        await Artifacts.WriteMatrixAsync(
            version, ArtifactNames.AlsItemFactors, model.ItemCount, model.ItemFactors.FactorCount, model.ItemFactors.Row, none);
        var offsets = new long[log.UserIds.Count + 1];
        var items = new List<int>();
        var plays = new List<int>();
        for (var user = 0; user < log.UserIds.Count; user++)
        {
            items.AddRange(log.Plays.RowColumns(user));
            plays.AddRange(log.Plays.RowValues(user).ToArray().Select(value => (int)value));
            offsets[user + 1] = items.Count;
        }

        await Artifacts.WriteInt64Async(version, ArtifactNames.HeardOffsets, offsets, none);
        await Artifacts.WriteInt32Async(version, ArtifactNames.HeardItems, items.ToArray(), none);
        await Artifacts.WriteInt32Async(version, ArtifactNames.HeardPlays, plays.ToArray(), none);
    }

    private async Task WriteListsAsync(string version, SampleLog log, AlsModel model)
    {
        var none = CancellationToken.None;
        int[] users = [.. Enumerable.Range(0, log.UserIds.Count)];
        int[] items = [.. Enumerable.Range(0, log.TrackIds.Count)];
        var lists = model.Recommend(users, new RecommendOptions { K = ListLength });
        await Models.WriteUserRecommendationsAsync(
            version,
            users.Select(user => new UserRecommendationsRow(
                log.UserIds[user],
                [.. lists[user].Select(item => log.TrackIds[item.ItemIndex])],
                [.. lists[user].Select(item => item.Score)],
                [.. lists[user].Select(_ => "als")])),
            none);
        var similar = model.SimilarItems(items, k: 20);
        await Models.WriteSimilarAsync(
            version,
            items.Select(item => new SimilarTracksRow(
                log.TrackIds[item],
                [.. similar[item].Select(other => log.TrackIds[other.ItemIndex])],
                [.. similar[item].Select(other => other.Score)])),
            none);
        await Models.WritePopularAsync(
            version,
            log.TrackIds
                .Select((trackId, item) => (trackId, Listeners: log.ListenersOf(trackId), item))
                .OrderByDescending(track => track.Listeners)
                .ThenBy(track => track.item)
                .Take(ListLength)
                .Select((track, place) => new PopularTrackRow(place + 1, track.trackId, track.Listeners, track.Listeners)),
            none);
    }
}
