using System.Globalization;
using System.Runtime.CompilerServices;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Cli.Imports;
using RecSys.Cli.Output;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Lake.Exports;

namespace RecSys.Cli.Models;

/// <summary>What the database holds of one version, as exports need it.</summary>
internal sealed class StoredModel(ModelVersionRow record, ModelStore models, ArtifactStore artifacts)
{
    private const string AlphaSetting = "als.alpha";
    private const string PersonalSetting = "lists.personal";
    private const int DefaultPersonalCount = 100;

    // Lists that are computed together: 64 Ki rows of 100.
    private const int UsersPerGroup = 640;

    public string Version => record.Version;

    public IReadOnlyDictionary<string, string> Settings => record.Settings;

    public float Alpha => record.Settings.TryGetValue(AlphaSetting, out var text) && float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var alpha)
        ? alpha
        : 1;

    /// <summary>The version of this id, the active one when it is null, without people who were deleted.</summary>
    /// <exception cref="UsageException">There is no such version, it is not whole, or deleted people can't be erased from it now.</exception>
    public static async Task<StoredModel> FindAsync(string? version, ImportTarget stores, CancellationToken cancellationToken)
    {
        var (models, artifacts) = (stores.Models, stores.Artifacts);
        version ??= (await models.GetActiveAsync(cancellationToken))?.Version
            ?? throw new UsageException("no model has been trained yet. Run 'recsys train', or export only tables of the log with --tables items,events.");
        var record = await models.GetAsync(version, cancellationToken)
            ?? throw new UsageException($"there is no model version {version}. 'recsys models list' shows which there are.");
        if (record.Status != ModelStatus.Ready)
        {
            throw new UsageException($"model version {version} is {record.Status.ToString().ToLowerInvariant()} and can't be exported. Choose one that is ready.");
        }

        // The trainer does it within a minute; what leaves the system must not have them in any case.
        var deleted = await stores.DeletedUsers.ReadUnerasedAsync(cancellationToken);
        if (deleted.Any(user => user.Number > record.HeededDeletions))
        {
            await using var lease = await stores.TrainerLock.TryAcquireAsync(cancellationToken)
                ?? throw new UsageException($"model version {version} still has people who were deleted, and they can't be erased from it while a training runs. Export again after its end.");
            await stores.ArtifactEraser.EraseAsync(record, deleted, cancellationToken);
        }

        return new StoredModel(record, models, artifacts);
    }

    public Task<string[]> ReadUserIdsAsync(CancellationToken cancellationToken) => ReadTextsAsync(ArtifactNames.UserIds, cancellationToken);

    public Task<string[]> ReadTrackIdsAsync(CancellationToken cancellationToken) => ReadTextsAsync(ArtifactNames.TrackIds, cancellationToken);

    /// <summary>Opens a factor matrix.</summary>
    public async Task<ArtifactReader> OpenAsync(string name, CancellationToken cancellationToken) =>
        await artifacts.OpenAsync(Version, name, cancellationToken) ?? throw Lacks(name);

    public IAsyncEnumerable<UserRecommendationsRow> ReadListsAsync(CancellationToken cancellationToken) =>
        models.ReadAllUserRecommendationsAsync(Version, cancellationToken);

    public IAsyncEnumerable<SimilarTracksRow> ReadSimilarAsync(CancellationToken cancellationToken) =>
        models.ReadAllSimilarAsync(Version, cancellationToken);

    /// <summary>The popular tracks with their rating, a scale over all tracks of the version.</summary>
    public async Task<IReadOnlyList<PopularTrack>> ReadPopularAsync(CancellationToken cancellationToken)
    {
        var popular = await models.ReadPopularAsync(Version, limit: null, cancellationToken);
        var trackIds = await ReadTrackIdsAsync(cancellationToken);
        var listeners = new int[trackIds.Length];
        foreach (var item in await ReadInt32Async(ArtifactNames.HeardItems, cancellationToken))
        {
            listeners[item]++;
        }

        var (least, most) = listeners.Length == 0 ? (0, 0) : (listeners.Min(), listeners.Max());
        return [.. popular.Select(track => new PopularTrack(
            track.TrackId, track.ListenerCount, track.PlayCount, most > least ? (float)(track.ListenerCount - least) / (most - least) : 1, track.Rank))];
    }

    /// <summary>The lists of ALS alone, without what a user has heard, computed from the factors; none of users who were erased.</summary>
    public async IAsyncEnumerable<IReadOnlyList<IndexedList>> ComputePersonalAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var als = await ReadAlsAsync(cancellationToken);
        var userIds = await ReadUserIdsAsync(cancellationToken);
        var count = record.Settings.TryGetValue(PersonalSetting, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var given)
            ? given
            : DefaultPersonalCount;
        var options = new RecommendOptions { K = count };
        for (var first = 0; first < als.UserCount; first += UsersPerGroup)
        {
            var users = Enumerable.Range(first, Math.Min(UsersPerGroup, als.UserCount - first)).ToArray();
            var lists = await Task.Run(() => als.Recommend(users, options, cancellationToken), cancellationToken);
            yield return Array.ConvertAll(Array.FindAll(users, user => !ArtifactEraser.IsErased(userIds[user])), user => new IndexedList(
                user,
                Array.ConvertAll(lists[user - first], item => item.ItemIndex),
                Array.ConvertAll(lists[user - first], item => item.Score)));
        }
    }

    private async Task<AlsModel> ReadAlsAsync(CancellationToken cancellationToken)
    {
        var users = await ReadFactorsAsync(ArtifactNames.AlsUserFactors, cancellationToken);
        var items = await ReadFactorsAsync(ArtifactNames.AlsItemFactors, cancellationToken);
        var offsets = await artifacts.ReadInt64Async(Version, ArtifactNames.HeardOffsets, cancellationToken) ?? throw Lacks(ArtifactNames.HeardOffsets);
        var columns = await ReadInt32Async(ArtifactNames.HeardItems, cancellationToken);
        var rows = new int[columns.Length];
        for (var user = 0; user + 1 < offsets.Length; user++)
        {
            rows.AsSpan((int)offsets[user], (int)(offsets[user + 1] - offsets[user])).Fill(user);
        }

        var ones = new float[columns.Length];
        Array.Fill(ones, 1);
        return AlsModel.FromFactors(users, items, new AlsOptions(), SparseMatrix.FromTriples(users.RowCount, items.RowCount, rows, columns, ones));
    }

    private async Task<FactorMatrix> ReadFactorsAsync(string name, CancellationToken cancellationToken)
    {
        var matrix = await artifacts.ReadMatrixAsync(Version, name, cancellationToken) ?? throw Lacks(name);
        return FactorMatrix.FromRows(matrix.RowCount, matrix.ColumnCount, matrix.Values);
    }

    private async Task<string[]> ReadTextsAsync(string name, CancellationToken cancellationToken) =>
        await artifacts.ReadTextsAsync(Version, name, cancellationToken) ?? throw Lacks(name);

    private async Task<int[]> ReadInt32Async(string name, CancellationToken cancellationToken) =>
        await artifacts.ReadInt32Async(Version, name, cancellationToken) ?? throw Lacks(name);

    private InvalidDataException Lacks(string name) => new($"Model version {Version} has no artifact '{name}'. Train a new version.");
}
