using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RecSys.Algorithms.Trees;

/// <summary>
/// Trees laid out for scoring 32 rows at a time. Walking a tree with 8 rows at once needs three gathers a step; here every
/// split of the tree is looked at for all rows instead, which needs none: a split compares a column of 32 values with its
/// threshold and chooses between what its children chose, from the lowest level up, so that the values of the right leaves
/// arrive at the root. 63 compare-and-choose steps on registers are far cheaper than 6 rounds of gathers.
/// </summary>
/// <remarks>
/// Layout: each tree of depth d is made complete (a leaf above the lowest level becomes splits whose sides are equal) and
/// stored lowest level first: column and threshold of 2^d − 1 splits, and 2^d leaf values. Columns are the features with
/// missing values replaced by −∞ where they go left, and NaN, which is below no threshold, where they go right. A split by categories gets a column of its
/// own, −1 (left) and 1 (right) with the threshold 0, made when its tree's turn comes, so that all columns stay in the
/// first-level cache. Trees deeper than <see cref="MaxDepth"/> would double with every level and are walked.
/// </remarks>
internal sealed class PackedTrees
{
    private const int BlockRows = 32;
    private const int MaxDepth = 8;

    private const float Left = -1;
    private const float Right = 1;

    private readonly int _featureCount;
    private readonly DecisionTree[] _walked;
    private readonly (int Depth, int SideCount)[] _trees;
    private readonly int[] _sideLengths;
    private readonly (int Column, uint Bits)[] _sideBits;
    private readonly int _maxSideCount;
    private readonly int[] _splitColumns;
    private readonly float[] _splitThresholds;
    private readonly float[] _leaves;
    private readonly TreeColumns _columns;

    public PackedTrees(DecisionTree[] trees, int featureCount)
    {
        _featureCount = featureCount;
        var depths = Array.ConvertAll(trees, tree => tree.Depth());
        _walked = [.. trees.Where((_, i) => depths[i] > MaxDepth)];
        var packed = trees.Where((_, i) => depths[i] <= MaxDepth).ToArray();
        _columns = new TreeColumns(packed);
        var layout = new Layout(_columns);
        _trees = Array.ConvertAll(packed, layout.Add);
        _maxSideCount = _trees.Length == 0 ? 0 : _trees.Max(tree => tree.SideCount);
        _sideLengths = [.. layout.SideLengths];
        _sideBits = [.. layout.SideBits];
        _splitColumns = [.. layout.SplitColumns];
        _splitThresholds = [.. layout.SplitThresholds];
        _leaves = [.. layout.Leaves];
    }

    /// <summary>Adds the leaf values of all trees to the margins.</summary>
    [SkipLocalsInit]
    public void Add(ReadOnlySpan<float> rows, Span<float> margins)
    {
        Span<float> choices = stackalloc float[(1 << (MaxDepth - 1)) * BlockRows];
        Span<float> sums = stackalloc float[BlockRows];
        var columns = new float[Math.Max(1, _columns.Count + _maxSideCount) * BlockRows];
        for (var first = 0; first < margins.Length; first += BlockRows)
        {
            // What is left of the block before in the last block's columns is scored too, and not kept.
            var count = Math.Min(BlockRows, margins.Length - first);
            _columns.Fill(rows.Slice(first * _featureCount, count * _featureCount), _featureCount, count, columns, BlockRows);
            sums.Clear();
            AddBlock(columns, choices, sums);
            for (var row = 0; row < count; row++)
            {
                margins[first + row] += sums[row];
            }
        }

        foreach (var tree in _walked)
        {
            for (var row = 0; row < margins.Length; row++)
            {
                margins[row] += tree.Score(rows.Slice(row * _featureCount, _featureCount));
            }
        }
    }

    private void AddBlock(ReadOnlySpan<float> columns, Span<float> choices, Span<float> sums)
    {
        ref var values = ref MemoryMarshal.GetReference(columns);
        ref var chosen = ref MemoryMarshal.GetReference(choices);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        ref var split = ref MemoryMarshal.GetArrayDataReference(_splitColumns);
        ref var threshold = ref MemoryMarshal.GetArrayDataReference(_splitThresholds);
        ref var leaf = ref MemoryMarshal.GetArrayDataReference(_leaves);
        var (side, bit) = (0, 0);
        foreach (var (depth, sideCount) in _trees)
        {
            for (var i = 0; i < sideCount; i++)
            {
                var bits = _sideBits.AsSpan(bit, _sideLengths[side + i]);
                TakeSides(ref values, bits, ref Unsafe.Add(ref values, (_columns.Count + i) * BlockRows));
                bit += bits.Length;
            }

            side += sideCount;
            if (depth == 0)
            {
                AddToAll(ref sum, leaf);
                leaf = ref Unsafe.Add(ref leaf, 1);
                continue;
            }

            // Lowest level: between two leaves.
            var count = 1 << (depth - 1);
            for (var i = 0; i < count; i++)
            {
                ref var column = ref Unsafe.Add(ref values, Unsafe.Add(ref split, i) * BlockRows);
                var limit = Vector256.Create(Unsafe.Add(ref threshold, i));
                var left = Vector256.Create(Unsafe.Add(ref leaf, 2 * i));
                var right = Vector256.Create(Unsafe.Add(ref leaf, (2 * i) + 1));
                ref var to = ref Unsafe.Add(ref chosen, i * BlockRows);
                Choose(ref column, limit, left, right, 0).StoreUnsafe(ref to);
                Choose(ref column, limit, left, right, 8).StoreUnsafe(ref to, 8);
                Choose(ref column, limit, left, right, 16).StoreUnsafe(ref to, 16);
                Choose(ref column, limit, left, right, 24).StoreUnsafe(ref to, 24);
            }

            leaf = ref Unsafe.Add(ref leaf, 2 * count);
            for (; ; count >>= 1)
            {
                split = ref Unsafe.Add(ref split, count);
                threshold = ref Unsafe.Add(ref threshold, count);
                if (count == 1)
                {
                    break;
                }

                // Higher levels: between what two splits chose. A result overwrites what is no longer needed.
                var half = count >> 1;
                for (var i = 0; i < half; i++)
                {
                    ref var column = ref Unsafe.Add(ref values, Unsafe.Add(ref split, i) * BlockRows);
                    var limit = Vector256.Create(Unsafe.Add(ref threshold, i));
                    ref var left = ref Unsafe.Add(ref chosen, 2 * i * BlockRows);
                    ref var to = ref Unsafe.Add(ref chosen, i * BlockRows);
                    ChooseBetween(ref column, limit, ref left, 0).StoreUnsafe(ref to);
                    ChooseBetween(ref column, limit, ref left, 8).StoreUnsafe(ref to, 8);
                    ChooseBetween(ref column, limit, ref left, 16).StoreUnsafe(ref to, 16);
                    ChooseBetween(ref column, limit, ref left, 24).StoreUnsafe(ref to, 24);
                }
            }

            for (nuint row = 0; row < BlockRows; row += 8)
            {
                (Vector256.LoadUnsafe(ref sum, row) + Vector256.LoadUnsafe(ref chosen, row)).StoreUnsafe(ref sum, row);
            }
        }
    }

    private static void AddToAll(ref float sum, float value)
    {
        for (nuint row = 0; row < BlockRows; row += 8)
        {
            (Vector256.LoadUnsafe(ref sum, row) + Vector256.Create(value)).StoreUnsafe(ref sum, row);
        }
    }

    // Right where a row has one of the bits.
    private static void TakeSides(ref float values, ReadOnlySpan<(int Column, uint Bits)> rightBits, ref float to)
    {
        for (nuint row = 0; row < BlockRows; row += 8)
        {
            var found = Vector256<uint>.Zero;
            foreach (var (column, bits) in rightBits)
            {
                found |= Vector256.LoadUnsafe(ref Unsafe.Add(ref values, column * BlockRows), row).AsUInt32() & Vector256.Create(bits);
            }

            Vector256.ConditionalSelect(
                Vector256.Equals(found, Vector256<uint>.Zero).AsSingle(), Vector256.Create(Left), Vector256.Create(Right)).StoreUnsafe(ref to, row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Choose(
        ref float column, Vector256<float> limit, Vector256<float> left, Vector256<float> right, nuint row) =>
        Vector256.ConditionalSelect(Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref column, row), limit), left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ChooseBetween(ref float column, Vector256<float> limit, ref float left, nuint row) => Choose(
        ref column, limit, Vector256.LoadUnsafe(ref left, row), Vector256.LoadUnsafe(ref left, row + BlockRows), row);

    /// <summary>Collects the arrays.</summary>
    private sealed class Layout(TreeColumns columns)
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
                    SideBits.AddRange(columns.RightBits(tree.Feature[node], tree.Missing[node], categories));
                    SideLengths.Add(SideBits.Count - before);
                    Add(columns.Count + sideCount++, 0);
                }
                else
                {
                    Add(columns.IndexOf(tree.Feature[node], tree.Missing[node]), tree.Threshold[node]);
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
}
