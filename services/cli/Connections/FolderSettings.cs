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

    /// <summary>Opens the lake as it is now, also where it lies in a bucket.</summary>
    /// <exception cref="UsageException">A setting is wrong.</exception>
    /// <exception cref="S3Exception">The bucket can't be used.</exception>
    public async Task<ListenLake> OpenLakeAsync(CancellationToken cancellationToken)
    {
        var lake = ListenLake.Open(Lake, S3);
        try
        {
            await lake.RefreshAsync(cancellationToken);
            return lake;
        }
        catch
        {
            lake.Dispose();
            throw;
        }
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
