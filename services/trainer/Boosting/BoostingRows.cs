namespace RecSys.Trainer.Boosting;

/// <summary>Rows to learn from or to measure on: groups (one for each user) of labelled rows.</summary>
/// <param name="Values">Rows × features, row by row; NaN for missing.</param>
/// <param name="Labels">1 for a row that came true, else 0.</param>
/// <param name="GroupSizes">Rows of each group, in order.</param>
internal sealed record BoostingRows(float[] Values, float[] Labels, int[] GroupSizes)
{
    public int RowCount => Labels.Length;

    /// <summary>Margin of each row that the first tree starts from; null to start from 0.</summary>
    public float[]? Start { get; init; }

    /// <summary>The groups of several, one after another.</summary>
    public static BoostingRows Join(IReadOnlyList<BoostingRows> parts)
    {
        // Copied in whole arrays: these may be tens of millions of values.
        var values = new float[parts.Sum(part => (long)part.Values.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Values.CopyTo(values, at);
            at += part.Values.Length;
        }

        return new BoostingRows(values, [.. parts.SelectMany(part => part.Labels)], [.. parts.SelectMany(part => part.GroupSizes)])
        {
            Start = parts.All(part => part.Start is null) ? null : [.. parts.SelectMany(part => part.Start ?? new float[part.RowCount])],
        };
    }
}
