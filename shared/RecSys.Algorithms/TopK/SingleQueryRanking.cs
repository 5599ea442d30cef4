using System.Numerics;
using System.Runtime.Intrinsics;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// The exact best items for one query, from a scan of 8-bit codes: an item is scored exactly when its code can't rule it out.
/// </summary>
/// <remarks>
/// With x = a p + f (query) and y = b q + e (item), xᵀy = ab pᵀq + fᵀy + a pᵀe, so that
/// <c>xᵀy ≤ ab pᵀq + |f||y| + |a p||e|</c>: the first term is the integer scan, the rest is known per 16 items. Nothing that
/// belongs in the list is lost.
/// </remarks>
internal static unsafe class SingleQueryRanking
{
    private const int LargestCode = 127;

    /// <summary>Finds the best k.</summary>
    /// <param name="index">The items.</param>
    /// <param name="query">Stride floats, aligned to nothing in particular.</param>
    /// <param name="filter">What may be in the list.</param>
    /// <param name="k">Length of the list.</param>
    public static ScoredItem[] Find(FactorIndex index, float* query, CandidateFilter filter, int k)
    {
        var stride = index.Items.Stride;
        var codes = stackalloc short[stride];
        Quantize(query, stride, codes, out var scale, out var codeLength, out var queryError, out var queryLength);

        var best = new TopKBuffer(Math.Min(k, index.Order.Length));
        var quantized = index.Quantized;
        var itemCodes = quantized.Codes;
        var products = stackalloc int[Padding.Tile];
        var order = index.Order;
        for (var strip = 0; strip < index.StripCount; strip++)
        {
            var first = strip * Padding.Tile;
            var longest = index.Lengths[first];
            if (longest * queryLength * FactorIndex.Slack < best.Threshold)
            {
                break;
            }

            Int8Kernel.Dots(codes, itemCodes + ((nint)first * stride), stride, products);
            var margin = ((queryError * longest) + (codeLength * quantized.StripErrors[strip])) * FactorIndex.Slack;
            var hits = Candidates(products, scale, quantized.Scales.AsSpan(first, Padding.Tile), best.Threshold - margin);
            for (; hits != 0; hits &= hits - 1)
            {
                var position = first + BitOperations.TrailingZeroCount(hits);
                if (position >= order.Length)
                {
                    break;
                }

                var item = order[position];
                if (filter.Passes(item))
                {
                    var score = VectorKernel.Dot(query, index.Items.RowPointer(item), stride);
                    if (score >= best.Threshold && float.IsFinite(score))
                    {
                        best.Add(item, score);
                    }
                }
            }
        }

        GC.KeepAlive(index);
        return best.ToSortedArray();
    }

    /// <summary>Bit i: the approximate score of item i is at least the limit.</summary>
    private static uint Candidates(int* products, float scale, ReadOnlySpan<float> scales, float limit)
    {
        var hits = 0u;
        for (var i = 0; i < Padding.Tile; i += Vector256<float>.Count)
        {
            var scores = Vector256.ConvertToSingle(Vector256.Load(products + i)) * scale * Vector256.Create(scales.Slice(i, Vector256<float>.Count));

            // Not "≥ limit": with a limit of negative infinity or NaN everything is a candidate.
            hits |= (~Vector256.LessThan(scores, Vector256.Create(limit))).ExtractMostSignificantBits() << i;
        }

        return hits;
    }

    private static void Quantize(
        float* query, int length, short* codes, out float scale, out float codeLength, out float error, out float queryLength)
    {
        var largest = 0f;
        for (var k = 0; k < length; k++)
        {
            largest = Math.Max(largest, Math.Abs(query[k]));
        }

        scale = largest / LargestCode;
        var inverse = scale > 0 ? 1 / scale : 0;
        var squaredCodes = 0d;
        var squaredErrors = 0d;
        var squaredLength = 0d;
        for (var k = 0; k < length; k++)
        {
            var code = Math.Clamp(MathF.Round(query[k] * inverse), -LargestCode, LargestCode);
            codes[k] = (short)code;
            var approximate = (double)scale * code;
            squaredCodes += approximate * approximate;
            squaredErrors += (query[k] - approximate) * (query[k] - approximate);
            squaredLength += (double)query[k] * query[k];
        }

        codeLength = (float)Math.Sqrt(squaredCodes);
        error = (float)Math.Sqrt(squaredErrors);
        queryLength = (float)Math.Sqrt(squaredLength);
    }
}

/// <summary>
/// Item vectors at 8 bits a factor: y = scale · code + e, with what is known about |e|, so that a scan of the codes bounds every
/// score from above.
/// </summary>
internal sealed unsafe class QuantizedItems
{
    private const int LargestCode = 127;

    private readonly sbyte[] _codes;

    /// <summary>Quantises items in the given order, 16 to a strip; code k of item i of a strip is at 16 k + i.</summary>
    public QuantizedItems(FactorMatrix items, int[] order, int threadCount)
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
        WorkQueue.Run((stripCount + TaskStrips - 1) / TaskStrips, threadCount, default, (task, _) =>
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
