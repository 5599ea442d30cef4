using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// Items laid out for exact search by inner product: in the order of falling length, because |xᵀy| ≤ |x||y| ends a search as
/// soon as no later item can reach the list.
/// </summary>
/// <remarks>
/// Memory beside the factors: 4 · stride bytes an item for searches of many users, 1 · stride for single ones, each made when
/// it is first needed, and 12 bytes an item.
/// </remarks>
internal sealed class FactorIndex
{
    /// <summary>A computed score may exceed the product of computed lengths by rounding, at 1,024 factors by less than this share.</summary>
    public const float Slack = 1 + 1e-4f;

    private readonly Lazy<AlignedBuffer> _strips;
    private readonly Lazy<QuantizedItems> _quantized;

    /// <summary>Indexes every item whose vector isn't zero.</summary>
    /// <param name="items">The vectors.</param>
    /// <param name="threadCount">Threads that make the codes of single searches; 0 takes every core.</param>
    public FactorIndex(FactorMatrix items, int threadCount = 0)
        : this(items, Enumerable.Range(0, items.RowCount).ToArray(), threadCount)
    {
    }

    /// <summary>Indexes those of the given items whose vectors aren't zero.</summary>
    public FactorIndex(FactorMatrix items, int[] itemIndices, int threadCount)
    {
        Items = items;
        var keys = new List<ulong>(itemIndices.Length);
        foreach (var item in itemIndices)
        {
            var length = Length(items, item);
            if (length > 0)
            {
                keys.Add(RankingKey.Of(item, length));
            }
        }

        keys.Sort();
        keys.Reverse();
        Order = new int[keys.Count];
        Lengths = new float[keys.Count];
        Positions = new int[items.RowCount];
        Array.Fill(Positions, -1);
        for (var position = 0; position < Order.Length; position++)
        {
            Order[position] = RankingKey.ItemOf(keys[position]);
            Lengths[position] = RankingKey.ScoreOf(keys[position]);
            Positions[Order[position]] = position;
        }

        _strips = new Lazy<AlignedBuffer>(PackStrips);
        _quantized = new Lazy<QuantizedItems>(() => new QuantizedItems(Items, Order, threadCount));
    }

    public FactorMatrix Items { get; }

    /// <summary>Item of each position.</summary>
    public int[] Order { get; }

    /// <summary>Items that aren't indexed, ascending.</summary>
    public IEnumerable<int> UnknownItems =>
        Order.Length == Positions.Length ? [] : Enumerable.Range(0, Positions.Length).Where(item => Positions[item] < 0);

    /// <summary>Position of each item, −1 for one that isn't indexed.</summary>
    public int[] Positions { get; }

    /// <summary>Length of the vector at each position, falling.</summary>
    public float[] Lengths { get; }

    public int StripCount => (Order.Length + Padding.Tile - 1) / Padding.Tile;

    /// <summary>16 items transposed after 16 items, stride · 16 floats each.</summary>
    public AlignedBuffer Strips => _strips.Value;

    /// <summary>The items at 8 bits.</summary>
    public QuantizedItems Quantized => _quantized.Value;

    private static unsafe float Length(FactorMatrix items, int item)
    {
        var row = items.RowPointer(item);
        var length = MathF.Sqrt(VectorKernel.Dot(row, row, items.Stride));
        GC.KeepAlive(items);
        return length;
    }

    private unsafe AlignedBuffer PackStrips()
    {
        var stride = Items.Stride;
        var strips = new AlignedBuffer((long)StripCount * Padding.Tile * stride);
        var ones = new AlignedBuffer(Math.Max(stride, Padding.Tile));
        ones.Span.Fill(1);
        fixed (int* order = Order)
        {
            for (var strip = 0; strip < StripCount; strip++)
            {
                var first = strip * Padding.Tile;
                TransposeKernel.Pack(
                    Items.Pointer,
                    stride,
                    stride,
                    order + first,
                    Math.Min(Padding.Tile, Order.Length - first),
                    ones.Pointer,
                    ones.Pointer,
                    strips.Pointer + ((nint)first * stride));
            }
        }

        GC.KeepAlive(ones);
        GC.KeepAlive(Items);
        return strips;
    }
}
