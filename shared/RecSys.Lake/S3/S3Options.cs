using System.ComponentModel.DataAnnotations;

namespace RecSys.Lake.S3;

/// <summary>
/// How buckets are reached, section <c>S3</c>. Keys come from the environment (<c>AWS_ACCESS_KEY_ID</c>,
/// <c>AWS_SECRET_ACCESS_KEY</c>, <c>AWS_SESSION_TOKEN</c>) or wherever else AWS's tools look, never from settings.
/// </summary>
public sealed class S3Options : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string SectionName = "S3";

    /// <summary>The server, such as <c>http://minio:9000</c>; empty, the default, for AWS itself.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Whether the bucket stands in the path, not in the host's name. Default true; AWS understands both.</summary>
    public bool PathStyle { get; init; } = true;

    /// <summary>The region. Default <c>us-east-1</c>, which most other servers take for anything.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "It must name a region.")]
    public string Region { get; init; } = "us-east-1";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint.Length > 0 && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("It must be the address of an S3 server, such as http://minio:9000, or empty for AWS.", [nameof(Endpoint)]);
        }
    }
}
