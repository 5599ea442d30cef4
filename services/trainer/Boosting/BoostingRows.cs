namespace RecSys.Trainer.Boosting;

/// <summary>Rows to learn from or to measure on: groups (one for each user) of labelled rows.</summary>
/// <param name="Values">Rows × features, row by row; NaN for missing.</param>
/// <param name="Labels">1 for a row that came true, else 0.</param>
/// <param name="GroupSizes">Rows of each group, in order.</param>
internal sealed record BoostingRows(float[] Values, float[] Labels, int[] GroupSizes)
{
    public int RowCount => Labels.Length;
}
