namespace RecSys.Algorithms.Trees;

/// <summary>
/// Exact Shapley values of a row's features (TreeSHAP, path-dependent: Lundberg et al. 2018, algorithm 2). What a feature
/// that is not known would do is taken from the training rows: both children count by their share of the node's cover.
/// </summary>
internal sealed class TreeContributions
{
    private readonly DecisionTree[] _trees;
    private readonly int _maxDepth;
    private readonly double _bias;

    public TreeContributions(DecisionTree[] trees, float baseMargin)
    {
        _trees = trees;
        _maxDepth = trees.Length == 0 ? 0 : trees.Max(tree => tree.Depth());
        _bias = baseMargin + trees.Sum(tree => Expectation(tree, 0));
    }

    /// <inheritdoc cref="TreeEnsemble.Explain"/>
    public double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        contributions.Clear();

        // A path at depth d has at most d + 2 elements; the paths of all depths lie one after another.
        var paths = new PathElement[(_maxDepth + 2) * (_maxDepth + 3)];
        foreach (var tree in _trees)
        {
            if (!tree.IsLeaf(0))
            {
                Descend(tree, row, contributions, 0, paths, 0, 0, 1, 1, -1);
            }
        }

        return _bias;
    }

    private static double Expectation(DecisionTree tree, int node)
    {
        if (tree.IsLeaf(node))
        {
            return tree.Threshold[node];
        }

        var (left, right) = (tree.Left[node], tree.Right[node]);
        return ((tree.Cover[left] * Expectation(tree, left)) + (tree.Cover[right] * Expectation(tree, right))) / tree.Cover[node];
    }

    // zeroShare: share of the paths that flow here when the last feature is not known; oneShare: when it is (0 or 1).
    private static void Descend(
        DecisionTree tree,
        ReadOnlySpan<float> row,
        Span<double> contributions,
        int node,
        Span<PathElement> parent,
        int length,
        int parentLength,
        double zeroShare,
        double oneShare,
        int feature)
    {
        // Children extend a copy, so that the sibling finds its parent's path as it was.
        var path = parent[parentLength..];
        parent[..parentLength].CopyTo(path);
        Extend(path, length, zeroShare, oneShare, feature);
        if (tree.IsLeaf(node))
        {
            for (var i = 1; i <= length; i++)
            {
                ref readonly var element = ref path[i];
                contributions[element.Feature] +=
                    UnwoundSum(path, length, i) * (element.OneShare - element.ZeroShare) * tree.Threshold[node];
            }

            return;
        }

        var split = tree.Feature[node];
        var goesLeft = tree.GoesLeft(node, row[split]);
        var (hot, cold) = goesLeft ? (tree.Left[node], tree.Right[node]) : (tree.Right[node], tree.Left[node]);
        var (oldZero, oldOne) = (1.0, 1.0);
        for (var i = 1; i <= length; i++)
        {
            // A feature that is split on again: its earlier split is undone and both count as one.
            if (path[i].Feature == split)
            {
                (oldZero, oldOne) = (path[i].ZeroShare, path[i].OneShare);
                Unwind(path, length, i);
                length--;
                break;
            }
        }

        Descend(tree, row, contributions, hot, path, length + 1, length + 1, oldZero * tree.Cover[hot] / tree.Cover[node], oldOne, split);
        Descend(tree, row, contributions, cold, path, length + 1, length + 1, oldZero * tree.Cover[cold] / tree.Cover[node], 0, split);
    }

    private static void Extend(Span<PathElement> path, int length, double zeroShare, double oneShare, int feature)
    {
        path[length] = new PathElement(feature, zeroShare, oneShare, length == 0 ? 1 : 0);
        for (var i = length - 1; i >= 0; i--)
        {
            path[i + 1].Weight += oneShare * path[i].Weight * (i + 1) / (length + 1);
            path[i].Weight = zeroShare * path[i].Weight * (length - i) / (length + 1);
        }
    }

    private static void Unwind(Span<PathElement> path, int length, int index)
    {
        var (zeroShare, oneShare) = (path[index].ZeroShare, path[index].OneShare);
        var next = path[length].Weight;
        for (var i = length - 1; i >= 0; i--)
        {
            if (oneShare != 0)
            {
                var weight = path[i].Weight;
                path[i].Weight = next * (length + 1) / ((i + 1) * oneShare);
                next = weight - (path[i].Weight * zeroShare * (length - i) / (length + 1));
            }
            else
            {
                path[i].Weight = path[i].Weight * (length + 1) / (zeroShare * (length - i));
            }
        }

        for (var i = index; i < length; i++)
        {
            path[i] = path[i + 1] with { Weight = path[i].Weight };
        }
    }

    private static double UnwoundSum(ReadOnlySpan<PathElement> path, int length, int index)
    {
        var (zeroShare, oneShare) = (path[index].ZeroShare, path[index].OneShare);
        var next = path[length].Weight;
        var sum = 0.0;
        for (var i = length - 1; i >= 0; i--)
        {
            if (oneShare != 0)
            {
                var weight = next * (length + 1) / ((i + 1) * oneShare);
                sum += weight;
                next = path[i].Weight - (weight * zeroShare * (length - i) / (length + 1));
            }
            else if (zeroShare != 0)
            {
                sum += path[i].Weight / (zeroShare * (length - i) / (length + 1));
            }
        }

        return sum;
    }

    /// <summary>A feature on the path: shares as in <see cref="Descend"/>, and the weight of subsets of each size.</summary>
    private record struct PathElement(int Feature, double ZeroShare, double OneShare, double Weight);
}
