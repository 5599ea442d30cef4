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
/// Row by row (Gustavson 1978): for each cell (i, m) the row m of Xᵀ is added into a dense accumulator of doubles, one a
/// thread. A byte for each 64 accumulators tells which of them were touched; only those are read and cleared. Memory beside the
/// result: 8 bytes a row and thread, whatever the number of pairs. Time: Σ_m |column m|² additions.
/// </remarks>
internal static class NeighborSearch
{
    private const int GroupShift = 6;
    private const int GroupSize = 1 << GroupShift;

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
        Parallel.For(
            0,
            blocks.Length,
            new ParallelOptions
            {
                CancellationToken = cancellationToken,
                MaxDegreeOfParallelism = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount,
            },
            () => new Worker(matrix, transposed, options),
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
        private readonly SparseMatrix _transposed;
        private readonly NeighborSearchOptions _options;
        private readonly double[] _sums;
        private readonly int[] _common;
        private readonly byte[] _touched;
        private readonly TopKBuffer? _best;
        private readonly List<int> _indices = [];
        private readonly List<float> _similarities = [];

        public Worker(SparseMatrix matrix, SparseMatrix transposed, NeighborSearchOptions options)
        {
            _matrix = matrix;
            _transposed = transposed;
            _options = options;
            var padded = (matrix.RowCount + GroupSize - 1) & ~(GroupSize - 1);
            _sums = new double[padded];
            _common = options.Shrinkage > 0 ? new int[padded] : [];
            _touched = new byte[padded >> GroupShift];
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
                var neighbors = _transposed.RowColumns(inner);
                Add(factor, neighbors, _transposed.RowValues(inner));
                if (_common.Length > 0)
                {
                    foreach (var neighbor in neighbors)
                    {
                        _common[neighbor]++;
                    }
                }
            }
        }

        // sums[j] += factor · x_jm for every j of row m of Xᵀ. The indices are below RowCount by the matrix's own invariant.
        private void Add(double factor, ReadOnlySpan<int> neighbors, ReadOnlySpan<float> values)
        {
            ref var sums = ref MemoryMarshal.GetArrayDataReference(_sums);
            ref var touched = ref MemoryMarshal.GetArrayDataReference(_touched);
            for (var i = 0; i < neighbors.Length; i++)
            {
                var neighbor = neighbors[i];
                Unsafe.Add(ref sums, neighbor) += factor * values[i];
                Unsafe.Add(ref touched, neighbor >> GroupShift) = 1;
            }
        }

        private void Collect(int row)
        {
            _best?.Clear();
            _sums[row] = 0;
            var rowFactor = _options.RowFactors[row];
            for (var group = _touched.AsSpan().IndexOf((byte)1); group >= 0;)
            {
                _touched[group] = 0;
                var start = group << GroupShift;
                for (var j = start; j < start + GroupSize; j++)
                {
                    var sum = _sums[j];
                    if (sum != 0)
                    {
                        _sums[j] = 0;
                        Take(j, rowFactor * _options.NeighborFactors[j] * sum * Shrink(j));
                    }
                }

                if (_common.Length > 0)
                {
                    _common.AsSpan(start, GroupSize).Clear();
                }

                var next = _touched.AsSpan(group + 1).IndexOf((byte)1);
                group = next < 0 ? -1 : group + 1 + next;
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

        private double Shrink(int neighbor) =>
            _common.Length == 0 ? 1 : _common[neighbor] / (_common[neighbor] + _options.Shrinkage);

        private void Take(int neighbor, double exact)
        {
            var similarity = (float)exact;
            if (_best is null)
            {
                _indices.Add(neighbor);
                _similarities.Add(similarity);
            }
            else if (similarity > 0 && similarity > _best.Threshold)
            {
                _best.Add(neighbor, similarity);
            }
        }
    }
}
