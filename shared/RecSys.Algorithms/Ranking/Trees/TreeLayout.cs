namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>Makes the arrays of <see cref="PackedTrees"/>.</summary>
internal sealed class TreeLayout(ColumnSet columns)
{
    public List<int> SplitColumns { get; } = [];

    public List<float> SplitThresholds { get; } = [];

    public List<float> Leaves { get; } = [];

    public List<int> SideLengths { get; } = [];

    public List<(int Column, uint Bits)> SideBits { get; } = [];

    /// <summary>Adds a tree.</summary>
    /// <returns>Its depth, and how many of its splits are by categories.</returns>
    public (int Depth, int SideCount) Add(DecisionTree tree)
    {
        // Nodes of one level of the complete tree; a leaf stands for all that would be below it.
        int[] level = [0];
        var levels = new Stack<int[]>();
        for (var depth = tree.Depth(); depth > 0; depth--)
        {
            levels.Push(level);
            level = [.. level.SelectMany(node => tree.IsLeaf(node) ? new[] { node, node } : [tree.Left[node], tree.Right[node]])];
        }

        Leaves.AddRange(level.Select(node => tree.Threshold[node]));
        var (treeDepth, sideCount) = (levels.Count, 0);
        foreach (var node in levels.SelectMany(nodes => nodes))
        {
            if (tree.IsLeaf(node))
            {
                Add(0, 0);
            }
            else if (tree.RightCategories[node] is { } categories)
            {
                var before = SideBits.Count;
                SideBits.AddRange(columns.RightBits(tree.Feature[node], tree.MissingLeft[node], categories));
                SideLengths.Add(SideBits.Count - before);
                Add(columns.Count + sideCount++, 0);
            }
            else
            {
                Add(columns.IndexOf(tree.Feature[node], tree.MissingLeft[node]), tree.Threshold[node]);
            }
        }

        return (treeDepth, sideCount);
    }

    private void Add(int column, float threshold)
    {
        SplitColumns.Add(column);
        SplitThresholds.Add(threshold);
    }
}
