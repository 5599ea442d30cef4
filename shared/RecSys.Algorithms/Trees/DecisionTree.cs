using System.Diagnostics;

namespace RecSys.Algorithms.Trees;

/// <summary>Where a node sends values that say nothing.</summary>
[Flags]
internal enum MissingValues : byte
{
    /// <summary>NaN goes right.</summary>
    Right = 0,

    /// <summary>What is missing goes left.</summary>
    Left = 1,

    /// <summary>Zero is missing too: every value of at most <see cref="DecisionTree.ZeroLimit"/> around it.</summary>
    Zero = 2,
}

/// <summary>One binary tree as parallel arrays, node 0 being the root. A leaf has no left child (−1). A child stands after its parent.</summary>
internal sealed class DecisionTree
{
    /// <summary>LightGBM's kZeroThreshold: what is not farther from zero counts as zero.</summary>
    public const float ZeroLimit = 1e-35f;

    /// <summary>Categories in one word of <see cref="RightCategories"/>.</summary>
    public const int WordBits = 32;

    /// <summary>The left child of each node; −1 for a leaf.</summary>
    public required int[] Left { get; init; }

    /// <summary>The right child of each node; −1 for a leaf.</summary>
    public required int[] Right { get; init; }

    /// <summary>The feature that a node splits on.</summary>
    public required int[] Feature { get; init; }

    /// <summary>A numeric node sends values up to and with it to the left; a leaf's value.</summary>
    public required float[] Threshold { get; init; }

    /// <summary>Where missing values go.</summary>
    public required MissingValues[] Missing { get; init; }

    /// <summary>
    /// The categories that go right, as bits: category c is bit c % 32 of word c / 32. Those without a bit go left. Null for a numeric node.
    /// </summary>
    public required uint[]?[] RightCategories { get; init; }

    /// <summary>
    /// The node's weight in expectations, above 0: the training rows that came by, or the sum of their second derivatives in models of XGBoost.
    /// </summary>
    public required float[] Cover { get; init; }

    public int NodeCount => Left.Length;

    public bool IsLeaf(int node) => Left[node] < 0;

    /// <summary>Whether a row with this value of the node's feature goes left.</summary>
    public bool GoesLeft(int node, float value)
    {
        Debug.Assert(!IsLeaf(node));
        var missing = Missing[node];
        if (float.IsNaN(value) || ((missing & MissingValues.Zero) != 0 && MathF.Abs(value) <= ZeroLimit))
        {
            return (missing & MissingValues.Left) != 0;
        }

        return RightCategories[node] is { } right ? !IsIn(right, value) : value <= Threshold[node];
    }

    /// <summary>The value of the leaf that a row falls into.</summary>
    public float Score(ReadOnlySpan<float> row)
    {
        var node = 0;
        while (!IsLeaf(node))
        {
            node = GoesLeft(node, row[Feature[node]]) ? Left[node] : Right[node];
        }

        return Threshold[node];
    }

    /// <summary>Splits on the way to the deepest leaf; 0 for a tree that is one leaf.</summary>
    public int Depth()
    {
        var depths = new int[NodeCount];
        var deepest = 0;
        for (var node = 0; node < NodeCount; node++)
        {
            if (!IsLeaf(node))
            {
                depths[Left[node]] = depths[Right[node]] = depths[node] + 1;
                deepest = Math.Max(deepest, depths[node] + 1);
            }
        }

        return deepest;
    }

    /// <summary>The same tree with all leaves multiplied.</summary>
    public DecisionTree Scaled(float factor)
    {
        var values = new float[NodeCount];
        for (var node = 0; node < NodeCount; node++)
        {
            values[node] = IsLeaf(node) ? Threshold[node] * factor : Threshold[node];
        }

        return new DecisionTree
        {
            Left = Left,
            Right = Right,
            Feature = Feature,
            Threshold = values,
            Missing = Missing,
            RightCategories = RightCategories,
            Cover = Cover,
        };
    }

    /// <summary>Whether all arrays are of one size and every node can be reached and followed.</summary>
    public bool IsWhole(int featureCount)
    {
        var fits = NodeCount > 0 && Right.Length == NodeCount && Feature.Length == NodeCount && Threshold.Length == NodeCount
            && Missing.Length == NodeCount && RightCategories.Length == NodeCount && Cover.Length == NodeCount;
        for (var node = 0; fits && node < NodeCount; node++)
        {
            fits = IsLeaf(node)
                ? Right[node] < 0
                : Left[node] > node && Right[node] > node && Left[node] < NodeCount && Right[node] < NodeCount
                    && (uint)Feature[node] < (uint)featureCount;
        }

        return fits;
    }

    // A category is the whole part of the value.
    private static bool IsIn(uint[] categories, float value)
    {
        // Compared as floats: a value beyond the last bit may be too large for an integer.
        if (!(value > -1 && value < categories.Length * WordBits))
        {
            return false;
        }

        var category = (int)value;
        return ((categories[category / WordBits] >> (category % WordBits)) & 1) != 0;
    }
}
