using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;
using RecSys.Algorithms;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;
using RecSys.Data.Artifacts;
using RecSys.Data.Models;
using RecSys.Hosting.ActiveModels;

namespace RecSys.Ranker;

/// <summary>How one version ranks.</summary>
/// <param name="Version">Its id.</param>
/// <param name="Weights">Of the blend.</param>
/// <param name="Trees">Its trained ranker; null for a version without one, which the blend ranks.</param>
internal sealed record RankerModel(string Version, BlendWeights Weights, TreeRanker? Trees);

/// <summary>Reads how a version ranks: its trees with what their features need, and the blend's weights.</summary>
internal sealed class RankerModelLoader(
    ArtifactStore artifacts, IOptions<RankerOptions> options, TimeProvider time, ILogger<RankerModelLoader> logger)
    : IModelLoader<RankerModel>
{
    /// <summary>As many candidates as serving asks to have ordered.</summary>
    private const int WarmUpCandidates = 300;

    public async Task<RankerModel> LoadAsync(ModelVersionRow version, CancellationToken cancellationToken)
    {
        var defaults = BlendWeights.Of(options.Value);
        if (BlendWeights.FromSettings(version.Settings, defaults) is not { } weights)
        {
            RankerLog.BadWeights(logger, version.Version);
            weights = defaults;
        }

        var trees = await ReadTreesAsync(version.Version, cancellationToken);
        if (trees is null)
        {
            RankerLog.ModelLoaded(logger, version.Version, weights);
        }
        else
        {
            RankerLog.TreesLoaded(logger, version.Version, trees.TreeCount);
        }

        return new RankerModel(version.Version, weights, trees);
    }

    // A version that a later or earlier trainer made may have other features: its trees would read wrong columns.
    private async Task<TreeRanker?> ReadTreesAsync(string version, CancellationToken cancellationToken)
    {
        if (await artifacts.ReadBytesAsync(version, ArtifactNames.RankerTrees, cancellationToken) is not { } bytes)
        {
            return null;
        }

        var features = Required(
            await artifacts.ReadTextsAsync(version, ArtifactNames.RankerFeatures, cancellationToken), version, ArtifactNames.RankerFeatures);
        if (!features.SequenceEqual(RankingFeatures.All.Select(feature => feature.Name)))
        {
            RankerLog.OtherFeatures(logger, version);
            return null;
        }

        var trackIds = Required(await artifacts.ReadTextsAsync(version, ArtifactNames.TrackIds, cancellationToken), version, ArtifactNames.TrackIds);
        var userOffsets = Required(
            await artifacts.ReadInt64Async(version, ArtifactNames.HeardOffsets, cancellationToken), version, ArtifactNames.HeardOffsets);
        var statistics = Required(
            await artifacts.ReadMatrixAsync(version, ArtifactNames.RankerItems, cancellationToken), version, ArtifactNames.RankerItems);
        try
        {
            var catalogue = new CatalogueIndex(
                Required(await artifacts.ReadInt32Async(version, ArtifactNames.RankerArtists, cancellationToken), version, ArtifactNames.RankerArtists),
                Required(await artifacts.ReadInt32Async(version, ArtifactNames.RankerAlbums, cancellationToken), version, ArtifactNames.RankerAlbums),
                Required(
                    await artifacts.ReadInt64Async(version, ArtifactNames.RankerGenreOffsets, cancellationToken),
                    version,
                    ArtifactNames.RankerGenreOffsets),
                Required(await artifacts.ReadInt32Async(version, ArtifactNames.RankerGenres, cancellationToken), version, ArtifactNames.RankerGenres));
            if (statistics.RowCount != trackIds.Length || catalogue.ItemCount != trackIds.Length)
            {
                throw new InvalidDataException(
                    $"The ranker of model version {version} knows {statistics.RowCount} tracks, the version {trackIds.Length}. Train a new version.");
            }

            var trees = new TreeRanker(
                TreeEnsemble.Parse(bytes),
                new FeatureBuilder(new ItemStatistics(statistics.Values, userOffsets.Length - 1), catalogue),
                Enumerable.Range(0, trackIds.Length).ToDictionary(item => trackIds[item], StringComparer.Ordinal));
            WarmUp(trees, trackIds);
            return trees;
        }
        catch (AlgorithmException exception)
        {
            throw new InvalidDataException($"The ranker of model version {version} can't be read: {exception.Message}", exception);
        }
    }

    // The first request would otherwise wait for code to be compiled.
    private void WarmUp(TreeRanker trees, string[] trackIds)
    {
        var request = new RankRequest();
        foreach (var trackId in trackIds.Take(WarmUpCandidates))
        {
            request.History.Add(new RecentListen { TrackId = trackId, ListenTime = time.GetUtcNow().ToTimestamp() });
            request.Candidates.Add(new CandidateTrack
            {
                TrackId = trackId,
                Sources = { new SourceScore { Source = CandidateSource.Als, Score = 1, Rank = request.History.Count } },
            });
        }

        trees.Order(request, time.GetUtcNow(), WarmUpCandidates);
    }

    private static T Required<T>(T? artifact, string version, string name)
        where T : class =>
        artifact ?? throw new InvalidDataException($"Model version {version} has no artifact '{name}'. Train a new version.");
}
