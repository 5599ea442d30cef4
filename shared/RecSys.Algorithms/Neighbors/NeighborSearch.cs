using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Neighbors;

/// <summary>
/// All pairs of rows of a sparse matrix X by weighted inner product, exact:
/// s(i, j) = rowFactor_i · neighborFactor_j · Σ_m inner_m · x_im · x_jm, i ≠ j.
/// </summary>
/// <remarks>
/// Row by row (Gustavson 1978): for each cell (i, m) the row m of Xᵀ is added into accumulators, one set a thread. The search notes
/// which accumulators it used, and reads and clears only those. Memory beside the result: 20 bytes a row and thread and 8 a cell,
/// whatever the number of pairs. Time: Σ_m |column m|² additions.
/// </remarks>
internal static class NeighborSearch
{
    /// <summary>Finds the neighbours of every row.</summary>
    /// <param name="matrix">X.</param>
    /// <param name="transposed">Xᵀ.</param>
    /// <param name="options">Weights and limits.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static NeighborTable Run(
        SparseMatrix matrix, SparseMatrix transposed, NeighborQuery options, CancellationToken cancellationToken)
    {
        var blocks = new NeighborTable.Block[(matrix.RowCount + NeighborTable.BlockRows - 1) / NeighborTable.BlockRows];
        long bytes = 0;
        var labels = NeighborLabels.Of(matrix, transposed, options);
        WorkQueue.Run(
            blocks.Length,
            options.ThreadCount,
            cancellationToken,
            () => new Worker(matrix, labels, options),
            (block, worker) =>
            {
                blocks[block] = worker.FindBlock(block);
                if (Interlocked.Add(ref bytes, 8L * blocks[block].Indices.Length) > options.MemoryLimitBytes)
                {
                    throw new AlgorithmException(
                        AlgorithmError.TooLarge,
                        $"The neighbours of {matrix.RowCount:N0} rows need more than {options.MemoryLimitBytes / (1 << 20):N0} MiB; keep fewer of each, such as NeighborCount = 200, or raise MemoryLimitBytes.");
                }
            });
        return new NeighborTable(matrix.RowCount, blocks);
    }

    private sealed class Worker
    {
        private readonly SparseMatrix _matrix;
        private readonly NeighborLabels _labels;
        private readonly NeighborQuery _options;
        private readonly Accumulator[] _sums;
        private readonly TopKBuffer? _best;
        private readonly List<int> _indices = [];
        private readonly List<float> _similarities = [];
        private int[] _touched = [];
        private int _touchedCount;

        public Worker(SparseMatrix matrix, NeighborLabels labels, NeighborQuery options)
        {
            _matrix = matrix;
            _labels = labels;
            _options = options;
            _sums = new Accumulator[matrix.RowCount];
            _best = options.NeighborCount > 0 ? new TopKBuffer(Math.Min(options.NeighborCount, matrix.RowCount)) : null;
        }

        public NeighborTable.Block FindBlock(int block)
        {
            _indices.Clear();
            _similarities.Clear();
            var first = block * NeighborTable.BlockRows;
            var rows = Math.Min(NeighborTable.BlockRows, _matrix.RowCount - first);
            var starts = new int[NeighborTable.BlockRows + 1];
            for (var i = 0; i < rows; i++)
            {
                Accumulate(first + i);
                Collect(first + i);
                starts[i + 1] = _indices.Count;
            }

            starts.AsSpan(rows + 1).Fill(_indices.Count);
            return new NeighborTable.Block(starts, [.. _indices], [.. _similarities]);
        }

        private void Accumulate(int row)
        {
            var columns = _matrix.RowColumns(row);
            var values = _matrix.RowValues(row);
            for (var at = 0; at < columns.Length; at++)
            {
                var inner = columns[at];
                var factor = values[at] * (_options.InnerWeights is null ? 1 : _options.InnerWeights[inner]);
                Add(factor, _labels.Columns.RowColumns(inner), _labels.Columns.RowValues(inner));
            }
        }

        // sums[j] += factor · x_jm for every j of row m of Xᵀ. The indices are below RowCount by the matrix's own invariant.
        private void Add(double factor, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> values)
        {
            if (_touched.Length < _touchedCount + neighbors.Length)
            {
                Array.Resize(ref _touched, Math.Max(2 * _touched.Length, _touchedCount + neighbors.Length));
            }

            ref var sums = ref MemoryMarshal.GetArrayDataReference(_sums);
            ref var touched = ref MemoryMarshal.GetArrayDataReference(_touched);
            var count = _touchedCount;
            for (var i = 0; i < neighbors.Length; i++)
            {
                var neighbor = neighbors[i];
                ref var sum = ref Unsafe.Add(ref sums, neighbor);

                // Without a branch, which would be predicted wrongly every other time.
                Unsafe.Add(ref touched, count) = neighbor;
                count += sum.Common == 0 ? 1 : 0;
                sum.Common++;
                sum.Value += factor * values[i];
            }

            _touchedCount = count;
        }

        private void Collect(int row)
        {
            var touched = _touched.AsSpan(0, _touchedCount);
            _touchedCount = 0;
            _best?.Clear();
            _sums[_labels.LabelOf(row)].Value = 0;
            if (_best is null)
            {
                touched.Sort();
            }

            var rowFactor = _options.RowFactors[row];
            foreach (var label in touched)
            {
                ref var sum = ref _sums[label];
                if (sum.Value != 0)
                {
                    var shrink = _options.Shrinkage > 0 ? sum.Common / (sum.Common + _options.Shrinkage) : 1;
                    Take(label, rowFactor * _labels.Factors[label] * sum.Value * shrink);
                }

                sum = default;
            }

            if (_best is not null)
            {
                var kept = _best.ToSortedArray();
                Array.Sort(kept, static (x, y) => x.ItemIndex.CompareTo(y.ItemIndex));
                foreach (var (index, similarity) in kept)
                {
                    _indices.Add(index);
                    _similarities.Add(similarity);
                }
            }
        }

        private void Take(int label, double exact)
        {
            var similarity = (float)exact;
            if (_best is null)
            {
                _indices.Add(_labels.RowOf(label));
                _similarities.Add(similarity);
            }
            else if (similarity > 0 && similarity >= _best.Threshold)
            {
                _best.Add(_labels.RowOf(label), similarity);
            }
        }
    }

    /// <summary>What a pair of rows comes to so far.</summary>
    private struct Accumulator
    {
        public double Value;

        /// <summary>Inner indices in common.</summary>
        public int Common;
    }
}

/// <summary>Weights and limits of one sparse product; see <see cref="NeighborSearch"/>.</summary>
internal sealed record NeighborQuery
{
    /// <summary>Weight of each inner index; null for 1.</summary>
    public double[]? InnerWeights { get; init; }

    /// <summary>Factor of each row as the one whose neighbours are looked for.</summary>
    public required double[] RowFactors { get; init; }

    /// <summary>Factor of each row as a neighbour.</summary>
    public required double[] NeighborFactors { get; init; }

    /// <summary>Similarities are multiplied by n / (n + Shrinkage), n being the number of inner indices in common.</summary>
    public double Shrinkage { get; init; }

    /// <summary>The best neighbours kept of each row, of those above 0; 0 keeps every one whose similarity isn't 0.</summary>
    public int NeighborCount { get; init; }

    /// <summary>More bytes of neighbours than this are an error.</summary>
    public long MemoryLimitBytes { get; init; } = long.MaxValue;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }
}

/// <summary>
/// New numbers for the rows, the longest first. Most additions go to long rows, and rows that lie beside one another stay in the
/// cache: with 900,000 rows a search takes half the time.
/// </summary>
internal sealed class NeighborLabels
{
    private readonly int[]? _rows;
    private readonly int[]? _labels;

    private NeighborLabels(SparseMatrix columns, double[] factors, int[]? rows, int[]? labels) =>
        (Columns, Factors, _rows, _labels) = (columns, factors, rows, labels);

    /// <summary>Xᵀ with labels as columns.</summary>
    public SparseMatrix Columns { get; }

    /// <summary><see cref="NeighborQuery.NeighborFactors"/> by label.</summary>
    public double[] Factors { get; }

    /// <summary>The row of a label.</summary>
    public int RowOf(int label) => _rows is null ? label : _rows[label];

    /// <summary>The label of a row.</summary>
    public int LabelOf(int row) => _labels is null ? row : _labels[row];

    /// <summary>Labels the rows of a matrix. Where all neighbours are kept, which are in the order of rows, rows keep their numbers.</summary>
    public static NeighborLabels Of(SparseMatrix matrix, SparseMatrix transposed, NeighborQuery options)
    {
        if (options.NeighborCount == 0)
        {
            return new NeighborLabels(transposed, options.NeighborFactors, null, null);
        }

        var rows = new int[matrix.RowCount];
        var lengths = new int[matrix.RowCount];
        for (var row = 0; row < rows.Length; row++)
        {
            (rows[row], lengths[row]) = (row, -matrix.RowLength(row));
        }

        Array.Sort(lengths, rows);
        var labels = new int[rows.Length];
        for (var label = 0; label < rows.Length; label++)
        {
            labels[rows[label]] = label;
        }

        return new NeighborLabels(matrix.TransposeInOrder(rows), Array.ConvertAll(rows, row => options.NeighborFactors[row]), rows, labels);
    }
}
