using RecSys.Algorithms.Als;
using RecSys.Algorithms.Linear;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// Item vectors at 8 bits a factor: y = scale · code + e, with what is known about |e|, so that a scan of the codes bounds every
/// score from above.
/// </summary>
internal sealed unsafe class QuantizedItems
{
    private const int LargestCode = 127;

    private readonly sbyte[] _codes;

    /// <summary>Quantises items in the given order, 16 to a strip; code k of item i of a strip is at 16 k + i.</summary>
    public QuantizedItems(FactorMatrix items, int[] order)
    {
        var stride = items.Stride;
        var stripCount = (order.Length + Padding.Tile - 1) / Padding.Tile;
        var codeCount = (long)stripCount * Padding.Tile * stride;
        if (codeCount > Array.MaxLength)
        {
            throw new AlgorithmException(
                AlgorithmError.TooLarge, $"{order.Length} items of {stride} factors do not fit one index; search in parts of the catalogue.");
        }

        _codes = GC.AllocateArray<sbyte>((int)codeCount, pinned: true);
        Scales = new float[stripCount * Padding.Tile];
        StripErrors = new float[stripCount];
        const int TaskStrips = 256;
        WorkQueue.Run((stripCount + TaskStrips - 1) / TaskStrips, Environment.ProcessorCount, default, (task, _) =>
        {
            var end = Math.Min(stripCount, (task + 1) * TaskStrips);
            for (var strip = task * TaskStrips; strip < end; strip++)
            {
                QuantizeStrip(items, order, strip);
            }
        });
    }

    /// <summary>Scale of each position.</summary>
    public float[] Scales { get; }

    /// <summary>The largest |e| of each strip's items.</summary>
    public float[] StripErrors { get; }

    public sbyte* Codes => (sbyte*)System.Runtime.CompilerServices.Unsafe.AsPointer(
        ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_codes));

    private void QuantizeStrip(FactorMatrix items, int[] order, int strip)
    {
        var stride = items.Stride;
        var first = strip * Padding.Tile;
        var codes = Codes + ((nint)first * stride);
        for (var position = first; position < Math.Min(order.Length, first + Padding.Tile); position++)
        {
            var row = items.RowPointer(order[position]);
            var largest = 0f;
            for (var k = 0; k < stride; k++)
            {
                largest = Math.Max(largest, Math.Abs(row[k]));
            }

            var scale = largest / LargestCode;
            var inverse = scale > 0 ? 1 / scale : 0;
            var error = 0d;
            for (var k = 0; k < stride; k++)
            {
                // An overflow of 1 / scale for the smallest numbers must not become a code out of range.
                var code = Math.Clamp(MathF.Round(row[k] * inverse), -LargestCode, LargestCode);
                codes[(k * Padding.Tile) + position - first] = (sbyte)code;
                var difference = row[k] - ((double)scale * code);
                error += difference * difference;
            }

            Scales[position] = scale;
            StripErrors[strip] = Math.Max(StripErrors[strip], (float)Math.Sqrt(error) * FactorIndex.Slack);
        }

        GC.KeepAlive(items);
    }
}
