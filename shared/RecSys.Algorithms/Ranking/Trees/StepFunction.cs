namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>A function of one feature that is constant between thresholds; as a tree it goes into a model beside boosted ones.</summary>
/// <param name="Feature">Index of the feature.</param>
/// <param name="Thresholds">Where steps are, ascending: a power of two less one, so that the tree is complete.</param>
/// <param name="Values">Below the first threshold, between each two, and from the last on or where the feature is missing.</param>
/// <param name="Rows">Training rows in each of these, above 0: how much each counts in what is expected of an unknown row.</param>
public sealed record StepFunction(int Feature, float[] Thresholds, float[] Values, float[] Rows)
{
    /// <summary>The index of the value of the feature; NaN is missing.</summary>
    public int StepOf(float value)
    {
        if (float.IsNaN(value))
        {
            return Thresholds.Length;
        }

        // A value at a threshold belongs to the step that begins there.
        var found = Array.BinarySearch(Thresholds, value);
        return found < 0 ? ~found : found + 1;
    }
}
