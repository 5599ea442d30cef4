using System.Text.Json;
using RecSys.Lake;

namespace RecSys.Analytics.Imports;

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
