using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Data.Segments;

namespace RecSys.Data;

/// <summary>Registration of the relational stores.</summary>
public static class RecSysDataServices
{
    /// <summary>
    /// Adds all stores as singletons, <see cref="DatabaseMigrator"/> and <see cref="TrainerLock"/>, on the database of
    /// section <see cref="DatabaseOptions.SectionName"/>, unless <see cref="DatabaseOptions"/> are configured already. May be
    /// called by every module of a process. The schema must be there before a store is used: see
    /// <see cref="DatabaseMigrator.MigrateAsync"/>.
    /// </summary>
    public static IServiceCollection AddRecSysData(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(service => service.ServiceType == typeof(RecSysDatabase)))
        {
            return services;
        }

        if (!services.Any(service => service.ServiceType == typeof(IConfigureOptions<DatabaseOptions>)))
        {
            services.AddOptions<DatabaseOptions>().Bind(configuration.GetSection(DatabaseOptions.SectionName)).ValidateOnStart();
            services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new RecSysDatabase(
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance));
        services.AddSingleton(provider => new DatabaseMigrator(
            Database(provider),
            provider.GetService<ILogger<DatabaseMigrator>>() ?? NullLogger<DatabaseMigrator>.Instance));
        services.AddSingleton(provider => new TrainerLock(Database(provider)));
        services.AddSingleton(provider => new ListenHistoryStore(Database(provider)));
        services.AddSingleton(provider => new RejectedListenStore(Database(provider)));
        services.AddSingleton(provider => new ListenStore(
            Database(provider),
            provider.GetRequiredService<ListenHistoryStore>(),
            provider.GetRequiredService<RejectedListenStore>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ISegmentCatalogue>(provider => new DatabaseSegmentCatalogue(Database(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DeletedUserStore(Database(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TrackStore(Database(provider)));
        services.AddSingleton(provider => new ApiTokenStore(Database(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ModelStore(Database(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ArtifactStore(Database(provider), provider.GetRequiredService<ModelStore>()));
        services.AddSingleton(provider => new ArtifactEraser(provider.GetRequiredService<ArtifactStore>(), provider.GetRequiredService<ModelStore>()));
        return services;
    }

    private static RecSysDatabase Database(IServiceProvider provider) => provider.GetRequiredService<RecSysDatabase>();
}
