using Microsoft.Extensions.Options;
using RecSys.Data.Models;

namespace RecSys.Serving.Models;

/// <summary>Reads what serving itself holds of a version.</summary>
internal sealed class ServingModelLoader(ModelStore store, IOptions<ServingOptions> options, ILogger<ServingModelLoader> logger)
    : IModelLoader<ServingModel>
{
    public async Task<ServingModel> LoadAsync(ModelVersionRecord version, ServingModel? replaces, CancellationToken cancellationToken)
    {
        var popular = await store.ReadPopularAsync(version.Version, options.Value.PopularTracks, cancellationToken);
        ServingLog.ModelLoaded(logger, version.Version, popular.Count);
        return new ServingModel(new PopularList(version.Version, popular), replaces?.Popular);
    }
}
