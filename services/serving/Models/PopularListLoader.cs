using Microsoft.Extensions.Options;
using RecSys.Data.Models;
using RecSys.Hosting.ActiveModels;

namespace RecSys.Serving.Models;

/// <summary>Reads what serving itself holds of a version: its popular tracks. The rest is asked for when it is needed.</summary>
internal sealed class PopularListLoader(ModelStore store, IOptions<ServingOptions> options, ILogger<PopularListLoader> logger)
    : IModelLoader<PopularList>
{
    public async Task<PopularList> LoadAsync(ModelVersionRecord version, CancellationToken cancellationToken)
    {
        var popular = await store.ReadPopularAsync(version.Version, options.Value.PopularTracks, cancellationToken);
        ServingLog.ModelLoaded(logger, version.Version, popular.Count);
        return new PopularList(version.Version, popular);
    }
}
