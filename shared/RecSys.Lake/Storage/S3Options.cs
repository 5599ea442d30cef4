using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;

namespace RecSys.Lake.Storage;

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

/// <summary>A place in a bucket, written <c>s3://bucket/prefix</c>.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What all keys begin with, without slashes around it; empty for the whole bucket.</param>
internal sealed record S3Address(string Bucket, string Prefix)
{
    private const string Scheme = "s3://";

    /// <summary>Whether a text means a bucket rather than a file or folder.</summary>
    public static bool IsOne(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out S3Address? address)
    {
        address = null;
        if (!IsOne(text))
        {
            return false;
        }

        var parts = text[Scheme.Length..].Split('/', 2);
        if (parts[0].Length == 0)
        {
            return false;
        }

        address = new S3Address(parts[0], parts.Length > 1 ? parts[1].Trim('/') : "");
        return true;
    }

    /// <summary>The key of something below this place.</summary>
    public string KeyOf(string relative) => Prefix.Length == 0 ? relative : $"{Prefix}/{relative}";

    public override string ToString() => Prefix.Length == 0 ? $"{Scheme}{Bucket}" : $"{Scheme}{Bucket}/{Prefix}";
}
