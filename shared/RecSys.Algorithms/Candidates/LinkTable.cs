using System.Numerics.Tensors;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.NextTracks;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Candidates;

/// <summary>For each row (an item, or a user) its strongest links, best first. 8 bytes a link and 8 a row.</summary>
public sealed class LinkTable
{
    private readonly long[] _offsets;
    private readonly int[] _targets;
    private readonly float[] _weights;

    /// <param name="offsets">Where each row's links begin, and the end: row count + 1 values.</param>
    /// <param name="targets">What each link leads to.</param>
    /// <param name="weights">How strong each is.</param>
    /// <param name="targetCount">Indices that a target may have.</param>
    /// <exception cref="AlgorithmException">The arrays do not fit together.</exception>
    public LinkTable(long[] offsets, int[] targets, float[] weights, int targetCount)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(weights);
        var fits = offsets.Length > 0 && offsets[0] == 0 && offsets[^1] == targets.Length && weights.Length == targets.Length;
        for (var row = 1; fits && row < offsets.Length; row++)
        {
            fits = offsets[row] >= offsets[row - 1];
        }

        if (!fits || targets.AsSpan().ContainsAnyExceptInRange(0, Math.Max(0, targetCount - 1)))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"{targets.Length} links of {offsets.Length - 1} rows to {targetCount} targets do not fit together.");
        }

        (_offsets, _targets, _weights) = (offsets, targets, weights);
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => _offsets.Length - 1;

    /// <summary>Where each row's links begin, and the end.</summary>
    public ReadOnlyMemory<long> Offsets => _offsets;

    /// <summary>The targets of all rows.</summary>
    public ReadOnlyMemory<int> AllTargets => _targets;

    /// <summary>The weights of all rows.</summary>
    public ReadOnlyMemory<float> AllWeights => _weights;

    /// <summary>What a row's links lead to, the strongest first.</summary>
    public ReadOnlySpan<int> Targets(int row) => _targets.AsSpan((int)_offsets[row], (int)(_offsets[row + 1] - _offsets[row]));

    /// <summary>How strong each is.</summary>
    public ReadOnlySpan<float> Weights(int row) => _weights.AsSpan((int)_offsets[row], (int)(_offsets[row + 1] - _offsets[row]));

    /// <summary>The most similar neighbours of each row, of those above 0.</summary>
    /// <param name="neighbors">A fitted model's table.</param>
    /// <param name="count">Links kept of each row.</param>
    /// <param name="targetCount">Rows that a neighbour may be.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    public static LinkTable FromNeighbors(NeighborTable neighbors, int count, int targetCount, int threadCount = 0)
    {
        ArgumentNullException.ThrowIfNull(neighbors);
        return Build(neighbors.RowCount, targetCount, count, row => neighbors.Neighbors(row), row => neighbors.Similarities(row), _ => 1, threadCount);
    }

    /// <summary>What most often followed each item: the share of its transitions, without back-off.</summary>
    /// <param name="markov">The counts.</param>
    /// <param name="count">Links kept of each item.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    public static LinkTable FromTransitions(MarkovModel markov, int count, int threadCount = 0)
    {
        ArgumentNullException.ThrowIfNull(markov);
        var transitions = markov.Transitions;
        return Build(
            transitions.RowCount, transitions.ColumnCount, count, row => transitions.RowColumns(row), row => transitions.RowValues(row),
            row => TensorPrimitives.Sum(transitions.RowValues(row)), threadCount);
    }

    // In two passes over the rows: lists that grow would take three times the memory of the links.
    private static LinkTable Build(
        int rowCount, int targetCount, int count, LinkRow<int> targetsOf, LinkRow<float> weightsOf, Func<int, float> divisorOf, int threadCount)
    {
        var offsets = new long[rowCount + 1];
        for (var row = 0; row < rowCount; row++)
        {
            var weights = weightsOf(row);
            offsets[row + 1] = offsets[row] + Math.Min(count, weights.Length - CountOfNone(weights));
        }

        var targets = GC.AllocateUninitializedArray<int>(checked((int)offsets[^1]));
        var shares = GC.AllocateUninitializedArray<float>(targets.Length);
        const int RowsAtOnce = 4_096;
        WorkQueue.Run((rowCount + RowsAtOnce - 1) / RowsAtOnce, threadCount, default, () => new TopKBuffer(count), (block, best) =>
        {
            var first = block * RowsAtOnce;
            for (var row = first; row < Math.Min(rowCount, first + RowsAtOnce); row++)
            {
                Fill(best, targetsOf(row), weightsOf(row), divisorOf(row));
                var at = offsets[row];
                foreach (var link in best.ToSortedArray())
                {
                    (targets[at], shares[at]) = (link.ItemIndex, link.Score);
                    at++;
                }
            }
        });
        return new LinkTable(offsets, targets, shares, targetCount);
    }

    private static int CountOfNone(ReadOnlySpan<float> weights)
    {
        var count = 0;
        foreach (var weight in weights)
        {
            count += weight > 0 ? 0 : 1;
        }

        return count;
    }

    private static void Fill(TopKBuffer best, ReadOnlySpan<int> targets, ReadOnlySpan<float> weights, float divisor)
    {
        best.Clear();
        for (var i = 0; i < targets.Length; i++)
        {
            if (weights[i] > 0 && weights[i] / divisor >= best.Threshold)
            {
                best.Add(targets[i], weights[i] / divisor);
            }
        }
    }

    private delegate ReadOnlySpan<T> LinkRow<T>(int row);
}
