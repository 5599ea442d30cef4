using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.ItemModels;

/// <summary>
/// The Gram matrix of items G = Xᵀ W X, W the weights of users: off the diagonal as sparse rows, the diagonal beside them.
/// </summary>
/// <remarks>
/// Pairs of the items with the longest rows, which are asked for most, are also kept in a dense square: at most 64 MiB.
/// </remarks>
internal sealed class Cooccurrences
{
    private const int MaxDenseItems = 4096;

    private readonly float[] _dense;
    private readonly int[] _densePlaces;
    private readonly int _denseCount;

    private Cooccurrences(NeighborTable pairs, double[] diagonal)
    {
        Pairs = pairs;
        Diagonal = diagonal;
        var byLength = Enumerable.Range(0, diagonal.Length).ToArray();
        Array.Sort(byLength, ByRowLength);
        var dense = byLength.AsSpan(Math.Max(0, byLength.Length - MaxDenseItems));
        _denseCount = dense.Length;
        _dense = new float[_denseCount * _denseCount];
        _densePlaces = new int[diagonal.Length];
        Array.Fill(_densePlaces, -1);
        for (var place = 0; place < _denseCount; place++)
        {
            _densePlaces[dense[place]] = place;
        }

        foreach (var item in dense)
        {
            var row = _dense.AsSpan(_densePlaces[item] * _denseCount, _denseCount);
            var others = pairs.Neighbors(item);
            var counts = pairs.Similarities(item);
            for (var i = 0; i < others.Length; i++)
            {
                if (_densePlaces[others[i]] >= 0)
                {
                    row[_densePlaces[others[i]]] = counts[i];
                }
            }
        }
    }

    /// <summary>G_ij of items with a common user, i ≠ j.</summary>
    public NeighborTable Pairs { get; }

    /// <summary>G_ii.</summary>
    public double[] Diagonal { get; }

    /// <summary>Counts.</summary>
    /// <param name="cells">X, users × items.</param>
    /// <param name="byItem">Xᵀ.</param>
    /// <param name="userWeights">W; null for 1.</param>
    /// <param name="memoryLimitBytes">More bytes of pairs are an error.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Cooccurrences Count(
        SparseMatrix cells, SparseMatrix byItem, double[]? userWeights, long memoryLimitBytes, int threadCount, CancellationToken cancellationToken)
    {
        var diagonal = new double[byItem.RowCount];
        for (var item = 0; item < diagonal.Length; item++)
        {
            var users = byItem.RowColumns(item);
            var values = byItem.RowValues(item);
            for (var i = 0; i < users.Length; i++)
            {
                diagonal[item] += (double)values[i] * values[i] * (userWeights is null ? 1 : userWeights[users[i]]);
            }
        }

        var ones = new double[byItem.RowCount];
        Array.Fill(ones, 1);
        var pairs = NeighborSearch.Run(
            byItem,
            cells,
            new NeighborQuery
            {
                InnerWeights = userWeights,
                RowFactors = ones,
                NeighborFactors = ones,
                MemoryLimitBytes = memoryLimitBytes,
                ThreadCount = threadCount,
            },
            cancellationToken);
        return new Cooccurrences(pairs, diagonal);
    }

    /// <summary>Orders items by the length of their rows, shortest first; the items of the dense square come last.</summary>
    public int ByRowLength(int left, int right)
    {
        var byLength = Pairs.Neighbors(left).Length.CompareTo(Pairs.Neighbors(right).Length);
        return byLength != 0 ? byLength : left.CompareTo(right);
    }

    /// <summary>Reads G between one item and others from the dense square.</summary>
    /// <param name="item">The item.</param>
    /// <param name="others">Items that stand behind it in the order of <see cref="ByRowLength"/>.</param>
    /// <param name="counts">Receives one value for each of the others.</param>
    /// <returns>False, and nothing is written, when the item isn't in the square.</returns>
    public bool TryReadDense(int item, ReadOnlySpan<int> others, Span<float> counts)
    {
        if (_densePlaces[item] < 0)
        {
            return false;
        }

        var row = _dense.AsSpan(_densePlaces[item] * _denseCount, _denseCount);
        for (var i = 0; i < others.Length; i++)
        {
            counts[i] = row[_densePlaces[others[i]]];
        }

        return true;
    }
}
