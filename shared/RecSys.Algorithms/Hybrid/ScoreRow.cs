namespace RecSys.Algorithms.Hybrid;

/// <summary>One user's scores of one model.</summary>
internal static class ScoreRow
{
    /// <summary>
    /// 1 / standard deviation over the whole row, an item without a score counting as 0; 0 for a row that doesn't distinguish
    /// anything, so that it adds nothing.
    /// </summary>
    public static float InverseDeviation(ReadOnlySpan<float> scores)
    {
        double sum = 0;
        double squares = 0;
        foreach (var score in scores)
        {
            if (score > float.NegativeInfinity)
            {
                sum += score;
                squares += (double)score * score;
            }
        }

        var mean = sum / scores.Length;
        var variance = (squares / scores.Length) - (mean * mean);

        // Of equal scores rounding may leave a rest.
        return variance > 1e-12 * mean * mean ? (float)(1 / Math.Sqrt(variance)) : 0;
    }
}
