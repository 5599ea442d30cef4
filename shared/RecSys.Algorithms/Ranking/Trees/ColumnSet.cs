using System.Diagnostics;
using System.Numerics;

namespace RecSys.Algorithms.Ranking.Trees;

/// <summary>
/// The columns of values that splits look at: a feature with its missing values where they belong, and for a feature of
/// categories columns of 32 bits of which a row has set the one of its category.
/// </summary>
internal sealed class ColumnSet
{
    private const int BitsPerColumn = 32;

    private readonly Dictionary<(int Feature, bool MissingLeft), int> _places = [];
    private readonly Dictionary<int, int> _firstBits = [];
    private readonly List<(int Feature, bool MissingLeft)> _numbers = [];
    private readonly List<(int Feature, int FirstColumn, int BitCount)> _categories = [];

    /// <summary>Finds all columns that the trees look at.</summary>
    public ColumnSet(IEnumerable<DecisionTree> trees)
    {
        var bitCounts = new SortedDictionary<int, int>();
        foreach (var tree in trees)
        {
            for (var node = 0; node < tree.NodeCount; node++)
            {
                if (tree.IsLeaf(node))
                {
                    continue;
                }

                var feature = tree.Feature[node];
                if (tree.RightCategories[node] is { } categories)
                {
                    var bits = categories.Length == 0 ? 1 : categories[^1] + 2;
                    bitCounts[feature] = Math.Max(bits, bitCounts.GetValueOrDefault(feature));
                }
                else if (_places.TryAdd((feature, tree.MissingLeft[node]), _numbers.Count))
                {
                    _numbers.Add((feature, tree.MissingLeft[node]));
                }
            }
        }

        Count = _numbers.Count;
        foreach (var (feature, bitCount) in bitCounts)
        {
            _firstBits.Add(feature, Count);
            _categories.Add((feature, Count, bitCount));
            Count += (bitCount + BitsPerColumn - 1) / BitsPerColumn;
        }
    }

    /// <summary>Number of columns.</summary>
    public int Count { get; }

    /// <summary>The column of a numeric feature.</summary>
    public int IndexOf(int feature, bool missingLeft) => _places[(feature, missingLeft)];

    /// <summary>The bits of a feature's columns that send a row to the right.</summary>
    public IEnumerable<(int Column, uint Bits)> RightBits(int feature, bool missingLeft, int[] rightCategories)
    {
        var bits = new SortedDictionary<int, uint>();
        if (!missingLeft)
        {
            bits[0] = 1;
        }

        foreach (var category in rightCategories)
        {
            var place = category + 1;
            bits[place / BitsPerColumn] = bits.GetValueOrDefault(place / BitsPerColumn) | (1u << (place % BitsPerColumn));
        }

        var first = _firstBits[feature];
        return bits.Select(pair => (first + pair.Key, pair.Value));
    }

    /// <summary>Writes the columns of some rows.</summary>
    /// <param name="rows">Row by row.</param>
    /// <param name="featureCount">Values of a row.</param>
    /// <param name="rowCount">Rows, at most <paramref name="stride"/>.</param>
    /// <param name="columns">Receives the columns one after another; bits as the bits of floats.</param>
    /// <param name="stride">Values of a column.</param>
    public void Fill(ReadOnlySpan<float> rows, int featureCount, int rowCount, Span<float> columns, int stride)
    {
        Debug.Assert(rowCount <= stride);
        for (var c = 0; c < _numbers.Count; c++)
        {
            var (feature, missingLeft) = _numbers[c];
            var column = columns.Slice(c * stride, rowCount);
            var missing = missingLeft ? float.NegativeInfinity : float.PositiveInfinity;
            for (int row = 0, at = feature; row < column.Length; row++, at += featureCount)
            {
                var value = rows[at];
                column[row] = float.IsNaN(value) ? missing : value;
            }
        }

        foreach (var (feature, firstColumn, bitCount) in _categories)
        {
            var columnCount = (bitCount + BitsPerColumn - 1) / BitsPerColumn;
            columns.Slice(firstColumn * stride, columnCount * stride).Clear();
            for (var row = 0; row < rowCount; row++)
            {
                // A missing value has the first bit. One that no split names has none: it goes left, as with the library.
                var value = rows[(row * featureCount) + feature];
                var place = float.IsNaN(value) ? 0 : value >= 0 && value < bitCount - 1 ? (int)value + 1 : -1;
                if (place >= 0)
                {
                    columns[((firstColumn + (place / BitsPerColumn)) * stride) + row] =
                        BitConverter.UInt32BitsToSingle(BitOperations.RotateLeft(1u, place % BitsPerColumn));
                }
            }
        }
    }
}
