using System.Diagnostics.CodeAnalysis;

namespace RecSys.Lake.S3;

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
