using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Cli.Output;
using RecSys.Data;
using RecSys.Lake;
using RecSys.Lake.Storage;
using RecSys.Standalone;

namespace RecSys.Cli.Connections;

/// <summary>
/// The settings with which commands open the stores of a data folder themselves: the same as those of <c>recsys up</c> in that folder, with
/// <c>recsys.json</c> of the working directory and <c>RECSYS__…</c> of the environment, which may name other stores.
/// </summary>
internal sealed class FolderSettings(DirectoryInfo dataFolder)
{
    public IConfiguration Configuration { get; } = StandaloneHost.Configuration(dataFolder);

    public LakeOptions Lake => Read<LakeOptions>(LakeOptions.SectionName);

    /// <summary>How buckets are reached.</summary>
    public S3Options S3 => Read<S3Options>(S3Options.SectionName);

    /// <summary>Whether there is a database to look into: that of a data folder which is there, or one that the settings name elsewhere.</summary>
    public bool HasDatabase =>
        dataFolder.Exists || Configuration["Database:ConnectionString"]?.Contains(dataFolder.FullName, StringComparison.Ordinal) != true;

    /// <summary>Opens the stores of the database, which is made when it is missing.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">It can't be used.</exception>
    public async Task<ServiceProvider> OpenStoresAsync(CancellationToken cancellationToken)
    {
        dataFolder.Create();
        var services = new ServiceCollection().AddLogging().AddRecSysData(Configuration).BuildServiceProvider();
        try
        {
            await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(cancellationToken);
            return services;
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same for a database that must be there.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    /// <inheritdoc cref="OpenStoresAsync" path="/exception"/>
    public Task<ServiceProvider> OpenExistingStoresAsync(CancellationToken cancellationToken) => HasDatabase
        ? OpenStoresAsync(cancellationToken)
        : throw new UsageException($"there is no data folder '{dataFolder.FullName}'. Name one with --data.");

    /// <summary>Opens the lake, wherever it lies.</summary>
    /// <exception cref="UsageException">A setting is wrong.</exception>
    /// <inheritdoc cref="OpenStoresAsync" path="/exception"/>
    public Task<FolderLake> OpenLakeAsync(CancellationToken cancellationToken) => FolderLake.OpenAsync(this, cancellationToken);

    /// <summary>The same for a lake that must be there.</summary>
    /// <exception cref="UsageException">There is none, or a setting is wrong.</exception>
    /// <inheritdoc cref="OpenStoresAsync" path="/exception"/>
    public async Task<FolderLake> OpenExistingLakeAsync(CancellationToken cancellationToken)
    {
        var opened = await OpenLakeAsync(cancellationToken);
        if ((await opened.Lake.ListAsync(cancellationToken)).Count > 0 || Directory.Exists(opened.Lake.RootFolder))
        {
            return opened;
        }

        await opened.DisposeAsync();
        throw new UsageException($"There is no lake in {opened.Lake.Location}. Name its data folder with --data.");
    }

    private T Read<T>(string section)
        where T : class, new()
    {
        var options = Configuration.GetSection(section).Get<T>() ?? new T();
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true)
            ? options
            : throw new UsageException($"{section}:{problems[0].MemberNames.FirstOrDefault()}: {problems[0].ErrorMessage} (docs/configuration.md)");
    }
}
