using System.ComponentModel.DataAnnotations;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>Settings of the lake, section <c>Lake</c>. Every process that writes or reads the lake needs the same root.</summary>
public sealed class LakeOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "Lake";

    /// <summary>
    /// The lake's folder, absolute or relative to the working directory, made when missing; or <c>s3://bucket/prefix</c>.
    /// Default <c>.recsys/lake</c>.
    /// </summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "It must name a folder or s3://bucket/prefix.")]
    public string Root { get; init; } = Path.Combine(".recsys", "lake");

    /// <summary>The folder with copies of the files of a lake in a bucket; not used otherwise. Default <c>.recsys/lake-cache</c>.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "It must name a folder.")]
    public string Cache { get; init; } = Path.Combine(".recsys", "lake-cache");

    /// <summary>Threads of the lake's engine, 0 to 1,024; 0, the default, means the number of processors.</summary>
    [Range(0, 1_024, ErrorMessage = "It must be 0 to 1024.")]
    public int Threads { get; init; }

    /// <summary>
    /// Memory for the engine's buffers in MiB, 0 to 1,048,576; work beyond it is spilled to the temporary folder. 0, the
    /// default, means half of what the process may use.
    /// </summary>
    [Range(0, 1_048_576, ErrorMessage = "It must be 0 to 1048576.")]
    public int MemoryLimitMegabytes { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (S3Address.IsOne(Root) && !S3Address.TryParse(Root, out _))
        {
            yield return new ValidationResult("It must name a folder or s3://bucket/prefix.", [nameof(Root)]);
        }
    }

    /// <summary>The same for <see cref="ListenLake"/>.</summary>
    public LakeEngineOptions ToEngineOptions() => new()
    {
        Threads = Threads > 0 ? Threads : Environment.ProcessorCount,
        MemoryLimitBytes = (long)MemoryLimitMegabytes << 20,
    };
}

/// <summary>What the lake's engine may use. The defaults suit a program that has the machine or the container to itself.</summary>
public sealed record LakeEngineOptions
{
    /// <summary>Worker threads, from 1. Default: the number of processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Memory for the engine's buffers, in bytes; work beyond it is spilled to <see cref="TempFolder"/>. 0, the default,
    /// means half of what the process may use (the container's limit where there is one).
    /// </summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>Where spilled data goes. Null, the default, means a folder of its own under the system's temporary folder.</summary>
    public string? TempFolder { get; init; }

    /// <summary>How segments and imports are compressed. Default: zstd.</summary>
    public LakeCompression Compression { get; init; } = LakeCompression.Zstd;
}

/// <summary>The codec of Parquet pages.</summary>
public enum LakeCompression
{
    /// <summary>Smaller files; what readers of the last years understand.</summary>
    Zstd,

    /// <summary>A little faster to write; every Parquet reader understands it.</summary>
    Snappy,
}
