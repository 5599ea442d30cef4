using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RecSys.Data.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>Registration of the lake.</summary>
public static class ListenLakeServices
{
    /// <summary>
    /// Adds the lake of <see cref="LakeOptions"/> and <see cref="S3Options"/>, with its catalogue in the database. May be called by every module
    /// of a process.
    /// </summary>
    public static void AddListenLake(this IServiceCollection services) => services.TryAddSingleton(provider => ListenLake.Open(
        provider.GetRequiredService<IOptions<LakeOptions>>().Value,
        provider.GetRequiredService<IOptions<S3Options>>().Value,
        provider.GetRequiredService<ISegmentCatalogue>()));
}
