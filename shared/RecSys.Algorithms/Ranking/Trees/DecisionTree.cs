using System.Diagnostics;

namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>One binary tree as parallel arrays, node 0 being the root. A leaf has no left child (−1).</summary>
internal sealed class DecisionTree
{
    /// <summary>The left child of each node; −1 for a leaf.</summary>
    public required int[] Left { get; init; }

    /// <summary>The right child of each node; −1 for a leaf.</summary>
    public required int[] Right { get; init; }

    /// <summary>The feature that a node splits on.</summary>
    public required int[] Feature { get; init; }

    /// <summary>A numeric node sends values below it to the left; a leaf's value.</summary>
    public required float[] Threshold { get; init; }

    /// <summary>Whether missing values go left.</summary>
    public required bool[] MissingLeft { get; init; }

    /// <summary>The categories that go right, ascending; null for a numeric node.</summary>
    public required int[]?[] RightCategories { get; init; }

    /// <summary>Sum of the second derivatives of the training rows that came by: the node's weight in expectations.</summary>
    public required float[] Cover { get; init; }

    public int NodeCount => Left.Length;

    public bool IsLeaf(int node) => Left[node] < 0;

    /// <summary>Whether a row with this value of the node's feature goes left.</summary>
    public bool GoesLeft(int node, float value)
    {
        Debug.Assert(!IsLeaf(node));
        if (float.IsNaN(value))
        {
            return MissingLeft[node];
        }

        return RightCategories[node] is { } right ? !IsIn(right, value) : value < Threshold[node];
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
        // A child is stored after its parent.
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

    // A category is the whole part of the value; one that no training row had goes left, like any that is not listed.
    private static bool IsIn(int[] categories, float value) =>
        value >= 0 && value < int.MaxValue && Array.BinarySearch(categories, (int)value) >= 0;
}
