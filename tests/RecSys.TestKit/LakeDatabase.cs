using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.Data.Segments;

namespace RecSys.TestKit;

/// <summary>A database with the catalogue of a lake, for processes or objects that share one.</summary>
public sealed class LakeDatabase : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LakeDatabase(ServiceProvider services) => _services = services;

    /// <summary>The catalogue.</summary>
    public ISegmentCatalogue Catalogue => _services.GetRequiredService<ISegmentCatalogue>();

    /// <summary>Opens a SQLite file, made when it is missing.</summary>
    public static Task<LakeDatabase> OpenSqliteAsync(string file) => OpenAsync("sqlite", $"Data Source={file}");

    /// <summary>Opens a database of <see cref="PostgresFixture"/>.</summary>
    public static Task<LakeDatabase> OpenPostgresAsync(string connectionString) => OpenAsync("postgres", connectionString);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async Task<LakeDatabase> OpenAsync(string provider, string connectionString)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Database:Provider", provider), new("Database:ConnectionString", connectionString)])
            .Build();
        var services = new ServiceCollection().AddRecSysData(configuration).BuildServiceProvider();
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(CancellationToken.None).ConfigureAwait(false);
        return new LakeDatabase(services);
    }
}
