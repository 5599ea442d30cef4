using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Als;

/// <summary>
/// Consecutive rows in pieces of about equal work, the heaviest first: interactions follow a power law, and a thread that met
/// a very long row last would keep all others waiting.
/// </summary>
internal sealed class RowChunks
{
    private readonly int[] _starts;
    private readonly int[] _order;

    public RowChunks(SparseMatrix matrix, int factorCount)
    {
        // A row costs about its interactions plus what it takes to set up and solve its system.
        var perRow = 4 + (factorCount / 8L);
        var total = matrix.CellCount + (perRow * matrix.RowCount);
        var target = Math.Max(1, total / 512);
        var starts = new List<int>();
        var costs = new List<long>();
        var cost = 0L;
        for (var row = 0; row < matrix.RowCount; row++)
        {
            if (cost == 0)
            {
                starts.Add(row);
            }

            cost += matrix.RowLength(row) + perRow;
            if (cost >= target)
            {
                costs.Add(cost);
                cost = 0;
            }
        }

        if (cost > 0)
        {
            costs.Add(cost);
        }

        starts.Add(matrix.RowCount);
        _starts = [.. starts];
        _order = new int[costs.Count];
        for (var i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        Array.Sort(_order, (a, b) => costs[a] != costs[b] ? costs[b].CompareTo(costs[a]) : a.CompareTo(b));
    }

    /// <summary>Runs <paramref name="run"/>(first row, row after the last, worker) for every piece.</summary>
    public void Run(int threadCount, CancellationToken cancellationToken, Action<int, int, int> run) =>
        WorkQueue.Run(_order.Length, threadCount, cancellationToken, (task, worker) =>
        {
            var chunk = _order[task];
            run(_starts[chunk], _starts[chunk + 1], worker);
        });
}
