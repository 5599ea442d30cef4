using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Data.Models;
using RecSys.Data.Segments;

namespace RecSys.Data.Tests;

/// <summary>The stores as a service gets them: from configuration, on a database of their own.</summary>
internal sealed class TestDatabase(string provider, string connectionString, params (string Key, string Value)[] settings) : IAsyncDisposable
{
    private readonly ServiceProvider _services = CreateServices(provider, connectionString, settings);

    public ManualClock Clock => Get<ManualClock>();

    public DatabaseMigrator Migrator => Get<DatabaseMigrator>();

    public ListenHistoryStore History => Get<ListenHistoryStore>();

    public RejectedListenStore Rejected => Get<RejectedListenStore>();

    public ListenStore Listens => Get<ListenStore>();

    public DeletedUserStore Deletions => Get<DeletedUserStore>();

    public ArtifactEraser Eraser => Get<ArtifactEraser>();

    public TrackStore Tracks => Get<TrackStore>();

    public ISegmentCatalogue Segments => Get<ISegmentCatalogue>();

    public ApiTokenStore Tokens => Get<ApiTokenStore>();

    public ModelStore Models => Get<ModelStore>();

    public ArtifactStore Artifacts => Get<ArtifactStore>();

    public TrainerLock TrainerLock => Get<TrainerLock>();

    public RecSysDatabase Database => Get<RecSysDatabase>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ServiceProvider CreateServices(string provider, string connectionString, (string Key, string Value)[] settings)
    {
        var values = settings.Append(("Provider", provider)).Append(("ConnectionString", connectionString))
            .ToDictionary(setting => $"Database:{setting.Item1}", setting => (string?)setting.Item2);
        var services = new ServiceCollection();
        services.AddSingleton<ManualClock>();
        services.AddSingleton<TimeProvider>(clock => clock.GetRequiredService<ManualClock>());
        services.AddRecSysData(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        return services.BuildServiceProvider();
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();
}
