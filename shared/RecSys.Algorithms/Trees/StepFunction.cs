namespace RecSys.Algorithms.Trees;

/// <summary>A function of one feature that is constant between thresholds. As a tree it goes into an ensemble beside boosted ones.</summary>
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

    // A complete tree: the children of node i are 2 i + 1 and 2 i + 2. Missing values go right everywhere, to the last leaf.
    internal DecisionTree ToTree()
    {
        var (splits, count) = (Thresholds.Length, Thresholds.Length + Values.Length);
        var (thresholds, covers) = (new float[count], new float[count]);
        Fill(0, 0, splits);
        return new DecisionTree
        {
            Left = [.. Enumerable.Range(0, count).Select(node => node < splits ? (2 * node) + 1 : -1)],
            Right = [.. Enumerable.Range(0, count).Select(node => node < splits ? (2 * node) + 2 : -1)],
            Feature = [.. Enumerable.Range(0, count).Select(node => node < splits ? Feature : 0)],
            Threshold = thresholds,
            Missing = new MissingValues[count],
            RightCategories = new uint[]?[count],
            Cover = covers,
        };

        // The node of the steps from first to last, both included.
        void Fill(int node, int first, int last)
        {
            if (first == last)
            {
                (thresholds[node], covers[node]) = (Values[first], Rows[first]);
                return;
            }

            var middle = (first + last) / 2;
            thresholds[node] = MathF.BitDecrement(Thresholds[middle]);
            var (left, right) = ((2 * node) + 1, (2 * node) + 2);
            Fill(left, first, middle);
            Fill(right, middle + 1, last);
            covers[node] = covers[left] + covers[right];
        }
    }
}
