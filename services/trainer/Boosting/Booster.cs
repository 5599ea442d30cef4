using System.Globalization;
using System.Runtime.InteropServices;
using RecSys.Trainer.Boosting.Native;

namespace RecSys.Trainer.Boosting;

/// <summary>A model in training.</summary>
internal sealed class Booster : IDisposable
{
    // c_api.h: what XGBoosterPredict gives.
    private const int MarginOption = 1;
    private const int ContributionsOption = 4;

    private readonly BoosterHandle _handle;

    /// <param name="parameters">XGBoost's own names and values.</param>
    /// <param name="matrices">All that it will train on and be measured on.</param>
    public unsafe Booster(IEnumerable<(string Name, string Value)> parameters, params ReadOnlySpan<BoostingMatrix> matrices)
    {
        var handles = new nint[matrices.Length];
        for (var i = 0; i < handles.Length; i++)
        {
            handles[i] = matrices[i].Handle.DangerousGetHandle();
        }

        fixed (nint* all = handles)
        {
            BoostingLibrary.Check(XgboostMethods.XGBoosterCreate(all, (ulong)handles.Length, out _handle));
        }

        foreach (var (name, value) in parameters)
        {
            BoostingLibrary.Check(XgboostMethods.XGBoosterSetParam(_handle, name, value));
        }
    }

    private Booster(BoosterHandle handle) => _handle = handle;

    /// <summary>Adds one tree.</summary>
    public void Update(int iteration, BoostingMatrix train) =>
        BoostingLibrary.Check(XgboostMethods.XGBoosterUpdateOneIter(_handle, iteration, train.Handle));

    /// <summary>The metric on rows; of several metrics the last.</summary>
    public unsafe double Evaluate(int iteration, BoostingMatrix rows)
    {
        var matrix = rows.Handle.DangerousGetHandle();
        nint result;
        fixed (byte* name = "v\0"u8)
        {
            BoostingLibrary.Check(XgboostMethods.XGBoosterEvalOneIter(_handle, iteration, &matrix, &name, 1, out result));
        }

        GC.KeepAlive(rows);

        // Such as "[7]\tv-ndcg@10:0.41".
        var text = Marshal.PtrToStringUTF8(result)!;
        return double.Parse(text[(text.LastIndexOf(':') + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>The model of the first trees only.</summary>
    public Booster Slice(int treeCount)
    {
        BoostingLibrary.Check(XgboostMethods.XGBoosterSlice(_handle, 0, treeCount, 1, out var slice));
        return new Booster(slice);
    }

    /// <summary>The model in the library's JSON form.</summary>
    public unsafe byte[] ToJson()
    {
        BoostingLibrary.Check(XgboostMethods.XGBoosterSaveModelToBuffer(_handle, """{"format": "json"}""", out var length, out var bytes));
        return new ReadOnlySpan<byte>(bytes, checked((int)length)).ToArray();
    }

    /// <summary>Features that trees split on with the mean gain of such a split, most first.</summary>
    public unsafe (string Feature, double Gain)[] Importance(IReadOnlyList<string> featureNames)
    {
        BoostingLibrary.Check(XgboostMethods.XGBoosterFeatureScore(
            _handle, """{"importance_type": "gain"}""", out var count, out var names, out _, out _, out var gains));
        var importance = new (string Feature, double Gain)[count];
        for (var i = 0; i < importance.Length; i++)
        {
            // The library numbers features as f0, f1, …
            var feature = int.Parse(Marshal.PtrToStringUTF8((nint)names[i])!.AsSpan(1), CultureInfo.InvariantCulture);
            importance[i] = (featureNames[feature], gains[i]);
        }

        Array.Sort(importance, (left, right) => right.Gain.CompareTo(left.Gain));
        return importance;
    }

    /// <summary>The library's own margins, one a row.</summary>
    public float[] Margins(BoostingMatrix rows) => Predict(rows, MarginOption);

    /// <summary>The library's own contributions: features and then the bias, row by row.</summary>
    public float[] Contributions(BoostingMatrix rows) => Predict(rows, ContributionsOption);

    public void Dispose() => _handle.Dispose();

    private unsafe float[] Predict(BoostingMatrix rows, int options)
    {
        BoostingLibrary.Check(XgboostMethods.XGBoosterPredict(_handle, rows.Handle, options, 0, 0, out var length, out var values));
        return new ReadOnlySpan<float>(values, checked((int)length)).ToArray();
    }
}
