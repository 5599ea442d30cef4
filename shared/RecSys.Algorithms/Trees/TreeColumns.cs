using System.Diagnostics;
using System.Numerics;

namespace RecSys.Algorithms.Trees;

/// <summary>
/// The columns of values that splits look at: a feature with its missing values where they belong, and for a feature of
/// categories columns of 32 bits of which a row has set the one of its category.
/// </summary>
internal sealed class TreeColumns
{
    private const int BitsPerColumn = 32;

    private readonly Dictionary<(int Feature, MissingValues Missing), int> _places = [];
    private readonly Dictionary<int, int> _firstBits = [];
    private readonly List<(int Feature, MissingValues Missing)> _numbers = [];
    private readonly List<(int Feature, int FirstColumn, int BitCount)> _categories = [];

    /// <summary>Finds all columns that the trees look at.</summary>
    public TreeColumns(IEnumerable<DecisionTree> trees)
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
                    // One more than the highest category that a split names, and the bit of missing values.
                    bitCounts[feature] = Math.Max(HighestBit(categories) + 2, bitCounts.GetValueOrDefault(feature));
                }
                else if (_places.TryAdd((feature, tree.Missing[node]), _numbers.Count))
                {
                    _numbers.Add((feature, tree.Missing[node]));
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
    public int IndexOf(int feature, MissingValues missing) => _places[(feature, missing)];

    /// <summary>The bits of a feature's columns that send a row to the right.</summary>
    public IEnumerable<(int Column, uint Bits)> RightBits(int feature, MissingValues missing, uint[] rightCategories)
    {
        // The first bit is that of missing values: category c has bit c + 1.
        var carried = (missing & MissingValues.Left) != 0 ? 0u : 1;
        for (var word = 0; word <= rightCategories.Length; word++)
        {
            var own = word < rightCategories.Length ? rightCategories[word] : 0;
            if (((own << 1) | carried) is not 0 and var bits)
            {
                yield return (_firstBits[feature] + word, bits);
            }

            carried = own >> (BitsPerColumn - 1);
        }
    }

    // −1 where none is set.
    private static int HighestBit(uint[] words)
    {
        var word = words.AsSpan().LastIndexOfAnyExcept(0u);
        return word < 0 ? -1 : (word * BitsPerColumn) + BitOperations.Log2(words[word]);
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
            var (feature, missing) = _numbers[c];
            var column = columns.Slice(c * stride, rowCount);
            var inPlace = (missing & MissingValues.Left) != 0 ? float.NegativeInfinity : float.NaN;
            for (int row = 0, at = feature; row < column.Length; row++, at += featureCount)
            {
                var value = rows[at];
                column[row] = float.IsNaN(value) ? inPlace : value;
            }

            if ((missing & MissingValues.Zero) != 0)
            {
                foreach (ref var value in column)
                {
                    value = MathF.Abs(value) <= DecisionTree.ZeroLimit ? inPlace : value;
                }
            }
        }

        foreach (var (feature, firstColumn, bitCount) in _categories)
        {
            var columnCount = (bitCount + BitsPerColumn - 1) / BitsPerColumn;
            columns.Slice(firstColumn * stride, columnCount * stride).Clear();
            for (var row = 0; row < rowCount; row++)
            {
                // A missing value has the first bit. One that no split names has none: it goes left.
                var value = rows[(row * featureCount) + feature];
                var place = float.IsNaN(value) ? 0 : value > -1 && value < bitCount - 1 ? (int)value + 1 : -1;
                if (place >= 0)
                {
                    columns[((firstColumn + (place / BitsPerColumn)) * stride) + row] =
                        BitConverter.UInt32BitsToSingle(BitOperations.RotateLeft(1u, place % BitsPerColumn));
                }
            }
        }
    }
}
