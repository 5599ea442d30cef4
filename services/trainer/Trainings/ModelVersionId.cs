using System.Globalization;

namespace RecSys.Trainer.Trainings;

/// <summary>Ids of model versions: sortable by the time of their training, told apart by four digits.</summary>
internal static class ModelVersionId
{
    /// <summary>A new id, such as <c>20261121T204455Z-1f3a</c>.</summary>
    public static string Create(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{Random.Shared.Next(1 << 16):x4}");
}
