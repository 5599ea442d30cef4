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
/// Row by row (Gustavson 1978): for each cell (i, m) the row m of Xᵀ is added into accumulators, one set a thread. Those that were
/// empty are written down, and only they are read and cleared. Memory beside the result: 20 bytes a row and thread and 8 a cell,
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
        SparseMatrix matrix, SparseMatrix transposed, NeighborSearchOptions options, CancellationToken cancellationToken)
    {
        var blocks = new NeighborTable.Block[(matrix.RowCount + NeighborTable.BlockRows - 1) / NeighborTable.BlockRows];
        long bytes = 0;
        var labels = NeighborLabels.Of(matrix, transposed, options);
        Parallel.For(
            0,
            blocks.Length,
            new ParallelOptions
            {
                CancellationToken = cancellationToken,
                MaxDegreeOfParallelism = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount,
            },
            () => new Worker(matrix, labels, options),
            (block, loop, worker) =>
            {
                blocks[block] = worker.FindBlock(block);
                if (Interlocked.Add(ref bytes, 8L * blocks[block].Indices.Length) > options.MemoryLimitBytes)
                {
                    loop.Stop();
                }

                return worker;
            },
            _ => { });
        if (bytes > options.MemoryLimitBytes)
        {
            throw new AlgorithmException(
                AlgorithmError.TooLarge,
                $"The neighbours of {matrix.RowCount:N0} rows need more than {options.MemoryLimitBytes / (1 << 20):N0} MiB; keep fewer of each, such as NeighborCount = 200, or raise MemoryLimitBytes.");
        }

        return new NeighborTable(matrix.RowCount, blocks);
    }

    private sealed class Worker
    {
        private readonly SparseMatrix _matrix;
        private readonly NeighborLabels _labels;
        private readonly NeighborSearchOptions _options;
        private readonly Accumulator[] _sums;
        private readonly TopKBuffer? _best;
        private readonly List<int> _indices = [];
        private readonly List<float> _similarities = [];
        private int[] _touched = [];
        private int _touchedCount;

        public Worker(SparseMatrix matrix, NeighborLabels labels, NeighborSearchOptions options)
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
