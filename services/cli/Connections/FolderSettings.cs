using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using RecSys.Cli.Output;
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

    /// <summary>Whether the database is a file of the data folder, and not one that the environment names.</summary>
    public bool DatabaseIsInDataFolder =>
        Configuration["Database:ConnectionString"]?.Contains(dataFolder.FullName, StringComparison.Ordinal) == true;

    /// <summary>Opens the lake, wherever it lies.</summary>
    /// <exception cref="UsageException">A setting is wrong.</exception>
    /// <exception cref="Data.DatabaseUnavailableException">The database with the lake's catalogue can't be used.</exception>
    public Task<FolderLake> OpenLakeAsync(CancellationToken cancellationToken) => FolderLake.OpenAsync(dataFolder, this, cancellationToken);

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
