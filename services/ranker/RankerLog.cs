
namespace RecSys.Ranker;

/// <summary>Log messages of this service, event ids 4000 to 4099.</summary>
internal static partial class RankerLog
{
    [LoggerMessage(4000, LogLevel.Information, "Model version {Version} is in use. Weights: {Weights}.")]
    public static partial void ModelLoaded(ILogger logger, string version, BlendWeights weights);

    [LoggerMessage(4001, LogLevel.Warning, "The settings blend.* of model version {Version} make no blend; the configured weights are used.")]
    public static partial void BadWeights(ILogger logger, string version);

    [LoggerMessage(4002, LogLevel.Information, "Model version {Version} is in use. {TreeCount} trees order its candidates.")]
    public static partial void TreesLoaded(ILogger logger, string version, int treeCount);

    [LoggerMessage(4003, LogLevel.Warning,
        "The trees of model version {Version} were trained on other features than this program has; the blend ranks. Train a new version.")]
    public static partial void OtherFeatures(ILogger logger, string version);
}
