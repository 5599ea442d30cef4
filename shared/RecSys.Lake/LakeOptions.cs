using System.ComponentModel.DataAnnotations;
using RecSys.Lake.S3;

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

    /// <summary>The folder that mirrors a lake in a bucket; not used otherwise. Default <c>.recsys/lake-cache</c>.</summary>
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
