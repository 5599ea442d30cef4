using System.Numerics;
using System.Runtime.InteropServices;

namespace RecSys.Algorithms.Hybrid;

/// <summary>One user's scores of one model; −∞ where there is none.</summary>
internal static class ScoreRow
{
    // Floats summed before they are added to the doubles: few enough to lose nothing that matters.
    private const int SumLength = 1024;

    /// <summary>
    /// 1 / standard deviation over the whole row, an item without a score counting as 0; 0 for a row that doesn't distinguish
    /// anything, so that it adds nothing.
    /// </summary>
    public static float InverseDeviation(ReadOnlySpan<float> scores)
    {
        double sum = 0;
        double squares = 0;
        for (var start = 0; start < scores.Length; start += SumLength)
        {
            var (partSum, partSquares) = Sums(scores.Slice(start, Math.Min(SumLength, scores.Length - start)));
            sum += partSum;
            squares += partSquares;
        }

        var mean = sum / scores.Length;
        var variance = (squares / scores.Length) - (mean * mean);

        // Of equal scores rounding leaves a rest.
        return variance > 1e-6 * mean * mean ? (float)(1 / Math.Sqrt(variance)) : 0;
    }

    /// <summary>target += scale · row where the row has a score; a target without a score begins at 0.</summary>
    public static void AddScaled(ReadOnlySpan<float> row, float scale, Span<float> target)
    {
        var rowVectors = MemoryMarshal.Cast<float, Vector<float>>(row);
        var targetVectors = MemoryMarshal.Cast<float, Vector<float>>(target);
        var none = new Vector<float>(float.NegativeInfinity);
        var scales = new Vector<float>(scale);
        for (var i = 0; i < rowVectors.Length; i++)
        {
            var score = rowVectors[i];
            var sum = targetVectors[i];
            var added = Vector.ConditionalSelect(Vector.GreaterThan(sum, none), sum, Vector<float>.Zero) + (scales * score);
            targetVectors[i] = Vector.ConditionalSelect(Vector.GreaterThan(score, none), added, sum);
        }

        for (var i = rowVectors.Length * Vector<float>.Count; i < row.Length; i++)
        {
            if (row[i] > float.NegativeInfinity)
            {
                target[i] = (target[i] > float.NegativeInfinity ? target[i] : 0) + (scale * row[i]);
            }
        }
    }

    private static (float Sum, float Squares) Sums(ReadOnlySpan<float> scores)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        var none = new Vector<float>(float.NegativeInfinity);
        var sums = Vector<float>.Zero;
        var squares = Vector<float>.Zero;
        foreach (var vector in vectors)
        {
            var score = Vector.ConditionalSelect(Vector.GreaterThan(vector, none), vector, Vector<float>.Zero);
            sums += score;
            squares += score * score;
        }

        var sum = Vector.Sum(sums);
        var square = Vector.Sum(squares);
        foreach (var score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            if (score > float.NegativeInfinity)
            {
                sum += score;
                square += score * score;
            }
        }

        return (sum, square);
    }
}
