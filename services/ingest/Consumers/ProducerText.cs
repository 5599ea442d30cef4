using System.Text;
using RecSys.Ingest.Validation;

namespace RecSys.Ingest.Consumers;

/// <summary>A foreign producer's name for itself, made fit to be stored and shown whatever it was.</summary>
internal static class ProducerText
{
    /// <summary>The name without control characters, cut to the length that the gRPC service allows.</summary>
    public static string Storable(string producer)
    {
        var text = new StringBuilder();
        foreach (var rune in producer.EnumerateRunes().Take(BatchRules.MaxProducerLength))
        {
            text.Append((Rune.IsControl(rune) ? Rune.ReplacementChar : rune).ToString());
        }

        return text.ToString();
    }
}
