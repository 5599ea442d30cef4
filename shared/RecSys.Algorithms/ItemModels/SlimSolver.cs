using System.Numerics;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.ItemModels;

/// <summary>
/// One thread's work on <see cref="SlimModel"/>: the ridge regression of a candidate on its neighbours,
/// (G_NN + diag(λ + d · G_NN)) b = G_Nc.
/// </summary>
internal sealed unsafe class SlimSolver
{
    // A candidate's neighbours are the items with the most in common, G_nc / G_nn^0.3. The cosine's 0.5 prefers items that
    // are as rare as the candidate; regression gains more from frequent ones.
    private const double SelectionExponent = -0.3;

    private readonly SparseMatrix _cells;
    private readonly SparseMatrix _byItem;
    private readonly double[]? _userWeights;
    private readonly Cooccurrences _counts;
    private readonly SlimOptions _options;
    private readonly double[] _selectionFactors;
    private readonly TopKBuffer _best;
    private readonly int[] _places;
    private readonly AlignedBuffer _matrix;
    private readonly AlignedBuffer _inverses;
    private readonly AlignedBuffer _solution;

    public SlimSolver(SparseMatrix cells, SparseMatrix byItem, double[]? userWeights, Cooccurrences counts, SlimOptions options)
    {
        _cells = cells;
        _byItem = byItem;
        _userWeights = userWeights;
        _counts = counts;
        _options = options;
        var size = Math.Min(options.NeighborCount, counts.Diagonal.Length);
        var padded = Padding.RoundUp(Math.Max(1, size));
        _selectionFactors = Array.ConvertAll(counts.Diagonal, g => g > 0 ? Math.Pow(g, SelectionExponent) : 0);
        _best = new TopKBuffer(size);
        _places = new int[counts.Diagonal.Length];
        Array.Fill(_places, -1);
        _matrix = new AlignedBuffer((long)padded * padded);
        _inverses = new AlignedBuffer(Cholesky.InverseLength(padded));
        _solution = new AlignedBuffer(padded);
    }

    /// <summary>Finds the neighbours of a candidate and their weights.</summary>
    /// <returns>False when the system is singular in single precision.</returns>
    public bool Solve(int candidate, out int[] neighbors, out float[] weights)
    {
        neighbors = Select(candidate);
        weights = new float[neighbors.Length];
        if (neighbors.Length == 0)
        {
            return true;
        }

        var size = Padding.RoundUp(neighbors.Length);
        Assemble(neighbors, size);
        if (_options.UnobservedWeight < 1)
        {
            AddObserved(candidate, size);
        }

        AssembleRightSide(candidate, neighbors, size);
        if (!Cholesky.Factor(_matrix.Pointer, size, size, _inverses.Pointer))
        {
            return false;
        }

        Cholesky.Solve(_matrix.Pointer, size, size, _inverses.Pointer, _solution.Pointer);
        var scale = (float)Math.Pow(_counts.Diagonal[candidate], -_options.CandidateExponent);
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = scale * _solution.Span[i];
        }

        return true;
    }

    // The chosen items by the length of their rows in G, shortest first.
    private int[] Select(int candidate)
    {
        _best.Clear();
        var items = _counts.Pairs.Neighbors(candidate);
        var counts = _counts.Pairs.Similarities(candidate);
        for (var i = 0; i < items.Length; i++)
        {
            var common = (float)(counts[i] * _selectionFactors[items[i]]);
            if (common > _best.Threshold)
            {
                _best.Add(items[i], common);
            }
        }

        var chosen = Array.ConvertAll(_best.ToSortedArray(), scored => scored.ItemIndex);
        Array.Sort(chosen, _counts.ByRowLength);
        return chosen;
    }

    // The upper triangle. A pair stands in the rows of both its items; neighbours are sorted so that the shorter is read.
    private void Assemble(int[] neighbors, int size)
    {
        var matrix = _matrix.Span[..(size * size)];
        matrix.Clear();
        for (var i = 0; i < neighbors.Length; i++)
        {
            _places[neighbors[i]] = i;
        }

        for (var i = 0; i < neighbors.Length; i++)
        {
            var row = matrix.Slice(i * size, size);
            var later = neighbors.AsSpan(i + 1);
            if (!_counts.TryReadDense(neighbors[i], later, row[(i + 1)..]))
            {
                ReadSparse(neighbors[i], i, later, row);
            }

            row[i] = (float)(_counts.Diagonal[neighbors[i]] * (1 + _options.RelativeRegularization));
            if (_options.UnobservedWeight < 1)
            {
                for (var j = i; j < neighbors.Length; j++)
                {
                    row[j] *= (float)_options.UnobservedWeight;
                }
            }

            row[i] += (float)_options.Regularization;
        }

        // Padding that is solved along with the rest and comes out as 0.
        for (var i = neighbors.Length; i < size; i++)
        {
            matrix[(i * size) + i] = 1;
        }
    }

    // What the users of the candidate have in common beyond the weight that everybody has.
    private void AddObserved(int candidate, int size)
    {
        var matrix = _matrix.Span[..(size * size)];
        var users = _byItem.RowColumns(candidate);
        var values = _byItem.RowValues(candidate);
        for (var u = 0; u < users.Length; u++)
        {
            var weight = (1 - _options.UnobservedWeight) * (_userWeights is null ? 1 : _userWeights[users[u]]);
            var items = _cells.RowColumns(users[u]);
            var cells = _cells.RowValues(users[u]);
            for (var a = 0; a < items.Length; a++)
            {
                var place = _places[items[a]];
                if (place < 0)
                {
                    continue;
                }

                var row = matrix.Slice(place * size, size);
                var scaled = (float)(weight * cells[a]);
                for (var b = 0; b < items.Length; b++)
                {
                    var other = _places[items[b]];
                    if (other >= place)
                    {
                        row[other] += scaled * cells[b];
                    }
                }
            }
        }
    }

    // Where a row is long for the few pairs still wanted, they are searched for in it.
    private void ReadSparse(int item, int place, ReadOnlySpan<int> later, Span<float> row)
    {
        var items = _counts.Pairs.Neighbors(item);
        var counts = _counts.Pairs.Similarities(item);
        if (later.Length * 2 * BitOperations.Log2((uint)items.Length + 2) < items.Length)
        {
            for (var j = 0; j < later.Length; j++)
            {
                var at = items.BinarySearch(later[j]);
                row[place + 1 + j] = at < 0 ? 0 : counts[at];
            }

            return;
        }

        for (var at = 0; at < items.Length; at++)
        {
            var other = _places[items[at]];
            if (other > place)
            {
                row[other] = counts[at];
            }
        }
    }

    private void AssembleRightSide(int candidate, int[] neighbors, int size)
    {
        _solution.Span[..size].Clear();
        var items = _counts.Pairs.Neighbors(candidate);
        var counts = _counts.Pairs.Similarities(candidate);
        for (var at = 0; at < items.Length; at++)
        {
            var place = _places[items[at]];
            if (place >= 0)
            {
                _solution.Span[place] = counts[at];
            }
        }

        foreach (var item in neighbors)
        {
            _places[item] = -1;
        }
    }
}
