using Microsoft.Extensions.Options;
using RecSys.Data.Models;
using RecSys.Ranker.Blending;

namespace RecSys.Ranker.Models;

/// <summary>Reads the blend's weights from the settings that a version was trained with.</summary>
internal sealed class RankerModelLoader(IOptions<RankerOptions> options, ILogger<RankerModelLoader> logger) : IModelLoader<RankerModel>
{
    public Task<RankerModel> LoadAsync(ModelVersionRecord version, RankerModel? replaces, CancellationToken cancellationToken)
    {
        var defaults = BlendWeights.Of(options.Value);
        if (BlendWeights.FromSettings(version.Settings, defaults) is not { } weights)
        {
            RankerLog.BadWeights(logger, version.Version);
            weights = defaults;
        }

        RankerLog.ModelLoaded(logger, version.Version, weights);
        return Task.FromResult(new RankerModel(version.Version, weights, replaces?.Version, replaces?.Weights));
    }
}
