using System.Text.Json;
using System.Text.Json.Serialization;
using RecSys.Lake;

namespace RecSys.Analytics.Imports;

/// <summary>What an import found and kept.</summary>
/// <param name="Name">The import's name in the lake.</param>
/// <param name="Format">The format it was read as.</param>
/// <param name="Rows">Rows of listens in the input, header lines not counted.</param>
/// <param name="Kept">Rows that are in the lake now.</param>
/// <param name="Users">Distinct users among them.</param>
/// <param name="Tracks">Distinct tracks among them.</param>
/// <param name="Plays">Their weights, added up.</param>
/// <param name="NamedTracks">Tracks of the catalogue that came with the log or was made from its names; 0 when there is none.</param>
/// <param name="Timed">Whether the input has times; without, every listen is at <see cref="LakeListen.UnknownTime"/>.</param>
/// <param name="Rules">Every rule in order; what they dropped and <paramref name="Kept"/> add up to <paramref name="Rows"/>.</param>
public sealed record ImportReport(
    string Name,
    string Format,
    long Rows,
    long Kept,
    long Users,
    long Tracks,
    double Plays,
    long NamedTracks,
    bool Timed,
    IReadOnlyList<ImportRule> Rules)
{
    /// <summary>What cleaning did to the catalogue; null when the log came without one.</summary>
    public CatalogueReport? Catalogue { get; init; }

    /// <summary>Users that were set aside as cold; their listens are counted by <see cref="ImportRules.Cold"/>.</summary>
    public long ColdUsers { get; init; }

    /// <summary>Users that had listens on a day with more than a day can hold.</summary>
    public long BotUsers { get; init; }

    /// <summary>Usable rows whose track had no id in the log, so that it was made from names.</summary>
    public long NamedByText { get; init; }

    /// <summary>Files that came with the log and were not imported.</summary>
    public IReadOnlyList<LeftOutFile> LeftOut { get; init; } = [];

    /// <summary>Whether the import is in the lake now: not after a dry run, nor when it was strict and a row was dropped.</summary>
    public bool Stored { get; init; }

    /// <summary>Rows that were dropped, of listens and catalogue; not those that were added to others.</summary>
    [JsonIgnore]
    public long Dropped => Rules.Where(rule => rule.Rule != ImportRules.AddedUp).Sum(rule => rule.Dropped) + (Catalogue?.Rules.Sum(rule => rule.Dropped) ?? 0);
}

/// <summary>What cleaning did to a log's catalogue.</summary>
/// <param name="Rows">Rows of the catalogue.</param>
/// <param name="Kept">Tracks that are in the lake now.</param>
/// <param name="Rules">The catalogue's rules; what they dropped and <paramref name="Kept"/> add up to <paramref name="Rows"/>.</param>
public sealed record CatalogueReport(long Rows, long Kept, IReadOnlyList<ImportRule> Rules);

/// <summary>A file that came with a log and was not imported.</summary>
/// <param name="File">Its name.</param>
/// <param name="Rows">Its rows; null where nobody counted them.</param>
/// <param name="Reason">Why, as a clause for a person.</param>
public sealed record LeftOutFile(string File, long? Rows, string Reason);

/// <summary>The report of an import as JSON beside its tables.</summary>
internal static class ImportReportFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(string file, ImportReport report) => File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(report, Json));

    public static ImportReport Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ImportReport>(File.ReadAllBytes(file), Json)
                ?? throw new JsonException("The file holds null.");
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new LakeCorruptException(file, exception.Message, exception);
        }
    }
}
