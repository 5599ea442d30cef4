using RecSys.Trainer.Boosting.Native;

namespace RecSys.Trainer.Boosting;

/// <summary>Rows as the library holds them.</summary>
internal sealed class BoostingMatrix : IDisposable
{
    /// <param name="rows">The rows.</param>
    /// <param name="features">Name of each feature, and whether its values are categories.</param>
    /// <exception cref="BoostingException">The library refuses the rows.</exception>
    public unsafe BoostingMatrix(BoostingRows rows, IReadOnlyList<(string Name, bool IsCategorical)> features)
    {
        fixed (float* values = rows.Values)
        {
            BoostingLibrary.Check(XgboostMethods.XGDMatrixCreateFromMat(
                values, (ulong)rows.RowCount, (ulong)features.Count, float.NaN, out var handle));
            Handle = handle;
        }

        fixed (float* labels = rows.Labels)
        {
            BoostingLibrary.Check(XgboostMethods.XGDMatrixSetFloatInfo(Handle, "label", labels, (ulong)rows.RowCount));
        }

        if (rows.Start is { } start)
        {
            fixed (float* margins = start)
            {
                BoostingLibrary.Check(XgboostMethods.XGDMatrixSetFloatInfo(Handle, "base_margin", margins, (ulong)rows.RowCount));
            }
        }

        var groups = Array.ConvertAll(rows.GroupSizes, size => (uint)size);
        fixed (uint* sizes = groups)
        {
            BoostingLibrary.Check(XgboostMethods.XGDMatrixSetUIntInfo(Handle, "group", sizes, (ulong)groups.Length));
        }

        Set("feature_name", [.. features.Select(feature => feature.Name)]);
        Set("feature_type", [.. features.Select(feature => feature.IsCategorical ? "c" : "q")]);
    }

    public MatrixHandle Handle { get; }

    public void Dispose() => Handle.Dispose();

    private void Set(string field, string[] values) =>
        BoostingLibrary.Check(XgboostMethods.XGDMatrixSetStrFeatureInfo(Handle, field, values, (ulong)values.Length));
}
