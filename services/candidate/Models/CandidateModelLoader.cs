using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using RecSys.Algorithms;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Matrices;
using RecSys.Candidate.Grpc;
using RecSys.Contracts.Candidate.V1;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Hosting.ActiveModels;

namespace RecSys.Candidate.Models;

/// <summary>Reads a model version from the database.</summary>
internal sealed class CandidateModelLoader(
    ModelStore models,
    ArtifactStore artifacts,
    CandidateRetriever retriever,
    IOptions<CandidateOptions> options,
    TimeProvider time,
    ILogger<CandidateModelLoader> logger)
    : IModelLoader<CandidateModel>
{
    public async Task<CandidateModel> LoadAsync(ModelVersionRow version, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var id = version.Version;
        var userIds = Required(await artifacts.ReadTextsAsync(id, ArtifactNames.UserIds, cancellationToken), id, ArtifactNames.UserIds);
        var trackIds = Required(await artifacts.ReadTextsAsync(id, ArtifactNames.TrackIds, cancellationToken), id, ArtifactNames.TrackIds);
        var als = AlsModel.FromFactors(
            await ReadFactorsAsync(id, ArtifactNames.AlsUserFactors, userIds.Length, cancellationToken),
            await ReadFactorsAsync(id, ArtifactNames.AlsItemFactors, trackIds.Length, cancellationToken),
            FoldInSettings.Read(id, version.Settings));
        var heard = await ReadHeardAsync(id, userIds.Length, trackIds.Length, cancellationToken);
        var published = await models.ReadPopularAsync(id, limit: null, cancellationToken);

        var items = Enumerable.Range(0, trackIds.Length).ToDictionary(item => trackIds[item], StringComparer.Ordinal);
        var listeners = heard.CountListeners(trackIds.Length);
        var popular = PopularityOrder.From(
            [.. published.Where(track => items.ContainsKey(track.TrackId)).Select(track => (items[track.TrackId], track.ListenerCount))],
            listeners);
        var similarity = new SimilarityIndex(als, listeners, options.Value.SimilarShrinkage);
        var model = new CandidateModel(
            id,
            version.CreatedAt,
            version.HeededDeletions,
            userIds,
            trackIds,
            als,
            heard,
            similarity,
            popular,
            options.Value.NeighborCacheTracks,
            await ReadLinksAsync(id, userIds.Length, trackIds.Length, cancellationToken),
            new RetrievalOptions { SimilarSeeds = options.Value.SimilarSeeds, SimilarHalfLife = options.Value.SimilarHalfLife });
        WarmUp(model, userIds, cancellationToken);
        CandidateLog.ModelLoaded(
            logger, id, model.UserCount, model.ItemCount, heard.CellCount, time.GetElapsedTime(started).TotalSeconds);
        return model;
    }

    private async Task<FactorMatrix> ReadFactorsAsync(string version, string name, int rowCount, CancellationToken cancellationToken)
    {
        var matrix = Required(await artifacts.ReadMatrixAsync(version, name, cancellationToken), version, name);
        return matrix.RowCount == rowCount
            ? FactorMatrix.FromRows(matrix.RowCount, matrix.ColumnCount, matrix.Values)
            : throw new InvalidDataException(
                $"Artifact '{name}' of model version {version} has {matrix.RowCount} rows for {rowCount} ids. Train a new version.");
    }

    private async Task<HeardTracks> ReadHeardAsync(string version, int userCount, int itemCount, CancellationToken cancellationToken)
    {
        var offsets = Required(
            await artifacts.ReadInt64Async(version, ArtifactNames.HeardOffsets, cancellationToken), version, ArtifactNames.HeardOffsets);
        var items = Required(
            await artifacts.ReadInt32Async(version, ArtifactNames.HeardItems, cancellationToken), version, ArtifactNames.HeardItems);
        var plays = await artifacts.ReadInt32Async(version, ArtifactNames.HeardPlays, cancellationToken);
        var heard = new HeardTracks(offsets, items, plays, itemCount);
        return heard.UserCount == userCount
            ? heard
            : throw new InvalidDataException(
                $"Model version {version} says what {heard.UserCount} users heard, but has {userCount} users. Train a new version.");
    }

    private async Task<LinkModels> ReadLinksAsync(string version, int userCount, int itemCount, CancellationToken cancellationToken)
    {
        return new LinkModels(
            await ReadAsync(ArtifactNames.ItemNeighbors, itemCount, itemCount),
            await ReadAsync(ArtifactNames.UserNeighbors, userCount, userCount),
            await ReadAsync(ArtifactNames.NextTracks, itemCount, itemCount));

        async Task<LinkTable?> ReadAsync(string name, int rowCount, int targetCount)
        {
            var offsets = await artifacts.ReadInt64Async(version, ArtifactNames.OffsetsOf(name), cancellationToken);
            if (offsets is null)
            {
                return null;
            }

            var targets = Required(
                await artifacts.ReadInt32Async(version, ArtifactNames.TargetsOf(name), cancellationToken), version, ArtifactNames.TargetsOf(name));
            var weights = Required(
                await artifacts.ReadMatrixAsync(version, ArtifactNames.WeightsOf(name), cancellationToken), version, ArtifactNames.WeightsOf(name));
            try
            {
                return offsets.Length == rowCount + 1
                    ? new LinkTable(offsets, targets, weights.Values, targetCount)
                    : throw new InvalidDataException(
                        $"Artifact '{name}' of model version {version} has {offsets.Length - 1} rows, not {rowCount}. Train a new version.");
            }
            catch (AlgorithmException exception)
            {
                throw new InvalidDataException($"Artifact '{name}' of model version {version}: {exception.Message} Train a new version.", exception);
            }
        }
    }

    // The first request would otherwise wait for the indexes that are built at first use, and for code to be compiled: every
    // source is asked once for a listener with recent listens, and once for the nearest tracks.
    private void WarmUp(CandidateModel model, string[] userIds, CancellationToken cancellationToken)
    {
        if (userIds.Length == 0 || model.ItemCount == 0)
        {
            return;
        }

        var request = new GetCandidatesRequest { UserId = userIds[0] };
        for (var item = 0; item < Math.Min(options.Value.SimilarSeeds, model.ItemCount); item++)
        {
            request.History.Add(new RecentListen { TrackId = model.TrackIdOf(item), ListenTime = time.GetUtcNow().ToTimestamp(), PlayCount = 1 });
        }

        retriever.Retrieve(model, request, CandidateRequests.DefaultCandidateCount, CandidateRequests.AllSources, cancellationToken);
        model.Neighbors.Get([0], cancellationToken);
    }

    private static T Required<T>(T? artifact, string version, string name)
        where T : class =>
        artifact ?? throw new InvalidDataException($"Model version {version} has no artifact '{name}'. Train a new version.");
}

/// <summary>Reads what a version's factors were fitted with, as far as solving for one user's factors needs it.</summary>
internal static class FoldInSettings
{
    private const string RegularizationKey = "als.regularization";
    private const string AlphaKey = "als.alpha";
    private const string ConfidenceKey = "als.confidence";
    private const string RegularizationExponentKey = "als.regularization_exponent";
    private const string UnobservedWeightKey = "als.unobserved_weight";

    /// <exception cref="InvalidDataException">A setting is not there or can't be read: guessing would give wrong factors.</exception>
    public static AlsOptions Read(string version, IReadOnlyDictionary<string, string> settings) => new()
    {
        Regularization = Number(version, settings, RegularizationKey),
        Alpha = Number(version, settings, AlphaKey),
        Confidence = System.Enum.TryParse<AlsConfidence>(Text(version, settings, ConfidenceKey), ignoreCase: true, out var confidence)
            ? confidence
            : throw Unreadable(version, ConfidenceKey),
        RegularizationExponent = OptionalNumber(version, settings, RegularizationExponentKey),
        UnobservedWeight = OptionalNumber(version, settings, UnobservedWeightKey) is > 0 and var weight ? weight : null,
    };

    // 0 is what a version was fitted with that does not name it.
    private static float OptionalNumber(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        settings.ContainsKey(key) ? Number(version, settings, key) : 0;

    private static float Number(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        float.TryParse(Text(version, settings, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Unreadable(version, key);

    private static string Text(string version, IReadOnlyDictionary<string, string> settings, string key) =>
        settings.TryGetValue(key, out var text) ? text : throw Unreadable(version, key);

    private static InvalidDataException Unreadable(string version, string key) =>
        new($"Model version {version} has no readable setting {key}. Train a new version.");
}
