using RecSys.Algorithms.Als;
using RecSys.Algorithms.Linear;

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

    public FactorIndex(FactorMatrix items)
        : this(items, Enumerable.Range(0, items.RowCount).ToArray())
    {
    }

    /// <summary>Indexes only the given items.</summary>
    public FactorIndex(FactorMatrix items, int[] itemIndices)
    {
        Items = items;
        Order = itemIndices;
        Lengths = ComputeLengths(items, itemIndices);
        var falling = new float[Lengths.Length];
        for (var i = 0; i < falling.Length; i++)
        {
            falling[i] = -Lengths[i];
        }

        // A stable order: equal lengths stay in ascending item index, as they were given.
        var positions = Enumerable.Range(0, falling.Length).ToArray();
        Array.Sort(positions, (a, b) => falling[a] != falling[b] ? falling[a].CompareTo(falling[b]) : a.CompareTo(b));
        Order = Array.ConvertAll(positions, position => itemIndices[position]);
        Lengths = Array.ConvertAll(positions, position => -falling[position]);
        Positions = new int[items.RowCount];
        Array.Fill(Positions, -1);
        for (var position = 0; position < Order.Length; position++)
        {
            Positions[Order[position]] = position;
        }

        _strips = new Lazy<AlignedBuffer>(PackStrips);
        _quantized = new Lazy<QuantizedItems>(() => new QuantizedItems(Items, Order));
    }

    public FactorMatrix Items { get; }

    /// <summary>Item of each position.</summary>
    public int[] Order { get; }

    /// <summary>Position of each item, −1 for one that isn't indexed.</summary>
    public int[] Positions { get; }

    /// <summary>Length of the vector at each position, falling.</summary>
    public float[] Lengths { get; }

    public int StripCount => (Order.Length + Padding.Tile - 1) / Padding.Tile;

    /// <summary>16 items transposed after 16 items, stride · 16 floats each.</summary>
    public AlignedBuffer Strips => _strips.Value;

    /// <summary>The items at 8 bits.</summary>
    public QuantizedItems Quantized => _quantized.Value;

    private static unsafe float[] ComputeLengths(FactorMatrix items, int[] itemIndices)
    {
        var lengths = new float[itemIndices.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            var row = items.RowPointer(itemIndices[i]);
            lengths[i] = MathF.Sqrt(VectorKernel.Dot(row, row, items.Stride));
        }

        GC.KeepAlive(items);
        return lengths;
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
