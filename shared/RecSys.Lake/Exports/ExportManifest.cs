using System.Text.Json;

namespace RecSys.Lake.Exports;

/// <summary>What an export holds. It is written last: where it stands, everything that it names is whole.</summary>
/// <param name="ModelVersion">The model version; null when no table is of one.</param>
/// <param name="CreatedAt">When the export was made.</param>
/// <param name="Files">The files.</param>
public sealed record ExportManifest(string? ModelVersion, DateTimeOffset CreatedAt, IReadOnlyList<ExportedFile> Files)
{
    /// <summary>Its name in an export.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <returns>Null when the bytes are no manifest.</returns>
    internal static ExportManifest? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<ExportManifest>(json, Json) is { Files: not null } manifest ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
