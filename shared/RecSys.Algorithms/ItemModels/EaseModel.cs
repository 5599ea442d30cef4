using System.Numerics;
using System.Runtime.InteropServices;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.ItemModels;

/// <summary>
/// EASE (Steck 2019): every item is regressed on all others, in closed form. With P = (XᵀX + λI)⁻¹ the weights are
/// B_ij = −P_ij / P_jj and B_jj = 0; the score of an item is the sum of the weights of the user's items.
/// </summary>
/// <remarks>
/// Memory: 4 bytes for each pair of items, <see cref="RequiredBytes"/>, and 2 KiB an item while fitting; time: items³
/// operations. For catalogues that are too large, <see cref="SlimModel"/> regresses on some of the other items.
/// </remarks>
public sealed class EaseModel : ItemWeightModel
{
    private readonly SquareMatrix _weights;

    private EaseModel(SparseMatrix train, SquareMatrix weights, EaseOptions options)
        : base(train)
    {
        _weights = weights;
        Options = options;
    }

    /// <inheritdoc/>
    public override string Name => "ease";

    /// <summary>What the model was fitted with.</summary>
    public EaseOptions Options { get; }

    /// <summary>Bytes that the weights of a catalogue need.</summary>
    public static long RequiredBytes(int itemCount) => SquareMatrix.Bytes(itemCount);

    /// <summary>Fits the weights.</summary>
    /// <param name="train">Users × items.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Receives the share of work done, 0…1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">No cells, a setting out of range, a catalogue that doesn't fit, or a singular system.</exception>
    public static EaseModel Fit(
        SparseMatrix train, EaseOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new EaseOptions();
        options.Validate();
        if (train.CellCount == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There is no interaction to learn from; import or submit listens first.");
        }

        var bytes = RequiredBytes(train.ColumnCount);
        if (bytes > options.MemoryLimitBytes)
        {
            throw new AlgorithmException(
                AlgorithmError.TooLarge,
                $"EASE over {train.ColumnCount:N0} items needs {bytes / (double)(1 << 30):F1} GiB, more than the limit of {options.MemoryLimitBytes / (double)(1 << 30):F1} GiB. Raise MemoryLimitBytes if the machine has it, or use slim, which needs far less.");
        }

        var threads = WorkQueue.ThreadCount(options.ThreadCount);
        var matrix = Gram(train, options, threads, cancellationToken);
        if (!SymmetricInverse.Negate(matrix, threads, cancellationToken, progress))
        {
            throw new AlgorithmException(
                AlgorithmError.SingularSystem, $"The items' Gram matrix is singular in single precision with λ = {options.Regularization}; raise Regularization.");
        }

        ToWeights(matrix, train.ColumnCount, threads, cancellationToken);
        return new EaseModel(train, matrix, options);
    }

    /// <inheritdoc/>
    private protected override void AddUp(ReadOnlySpan<int> profile, Span<float> scores)
    {
        if (profile.IsEmpty)
        {
            scores.Fill(float.NegativeInfinity);
            return;
        }

        scores.Clear();
        foreach (var item in profile)
        {
            Add(_weights.RowSpan(item)[..ItemCount], scores);
        }
    }

    /// <inheritdoc/>
    private protected override float Weight(int item, int candidate) => _weights.RowSpan(item)[candidate];

    /// <inheritdoc/>
    private protected override void Offer(int item, TopKBuffer best)
    {
        var weights = _weights.RowSpan(item)[..ItemCount];
        for (var candidate = 0; candidate < weights.Length; candidate++)
        {
            if (weights[candidate] > 0 && weights[candidate] > best.Threshold)
            {
                best.Add(candidate, weights[candidate]);
            }
        }
    }

    // G = Xᵀ W X + λ I, each thread making whole rows from the users of their items. Padding is an identity of its own.
    private static SquareMatrix Gram(SparseMatrix train, EaseOptions options, int threads, CancellationToken cancellationToken)
    {
        var cells = ItemCells.Weigh(train, new ItemNeighborOptions { Weighting = options.Weighting });
        var byItem = cells.Transpose();
        var userWeights = UserWeights.Of(train, options.UserExponent);
        var matrix = new SquareMatrix(train.ColumnCount);
        WorkQueue.Run(matrix.Size, threads, cancellationToken, (item, _) =>
        {
            var row = matrix.RowSpan(item);
            row[item] = item < train.ColumnCount ? (float)options.Regularization : 1;
            if (item >= train.ColumnCount)
            {
                return;
            }

            var users = byItem.RowColumns(item);
            var values = byItem.RowValues(item);
            for (var i = 0; i < users.Length; i++)
            {
                var factor = values[i] * (float)(userWeights is null ? 1 : userWeights[users[i]]);
                var others = cells.RowColumns(users[i]);
                var otherValues = cells.RowValues(users[i]);
                for (var j = 0; j < others.Length; j++)
                {
                    row[others[j]] += factor * otherValues[j];
                }
            }
        });
        return matrix;
    }

    // −P becomes B: divided by P's diagonal column by column, with a zero diagonal and zero padding.
    private static void ToWeights(SquareMatrix matrix, int itemCount, int threads, CancellationToken cancellationToken)
    {
        var inverseDiagonal = new float[matrix.Size];
        for (var item = 0; item < itemCount; item++)
        {
            inverseDiagonal[item] = -1 / matrix.RowSpan(item)[item];
        }

        WorkQueue.Run(itemCount, threads, cancellationToken, (item, _) =>
        {
            var row = matrix.RowSpan(item);
            for (var other = 0; other < row.Length; other++)
            {
                row[other] *= inverseDiagonal[other];
            }

            row[item] = 0;
        });
    }

    private static void Add(ReadOnlySpan<float> row, Span<float> sums)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(sums);
        var rowVectors = MemoryMarshal.Cast<float, Vector<float>>(row);
        for (var i = 0; i < vectors.Length; i++)
        {
            vectors[i] += rowVectors[i];
        }

        for (var i = vectors.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            sums[i] += row[i];
        }
    }
}

/// <summary>Settings of <see cref="EaseModel"/>.</summary>
public sealed record EaseOptions
{
    /// <summary>What stands in the user × item cells.</summary>
    public ItemWeighting Weighting { get; init; } = ItemWeighting.Binary;

    /// <summary>λ: added to the squared length of every item; above 0. Good values grow with the data: 20 to 1,000.</summary>
    public double Regularization { get; init; } = 200;

    /// <summary>How much less a user counts the more items they have; 0…2, 0 for not at all.</summary>
    public double UserExponent { get; init; }

    /// <summary>A catalogue that needs more bytes than this is an error; 4 bytes for each pair of items.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        if (!(Regularization > 0 && double.IsFinite(Regularization)))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"Regularization is {Regularization}; give a number above 0, such as 200.");
        }

        if (!(UserExponent is >= 0 and <= 2))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"UserExponent is {UserExponent}; give a number between 0 and 2.");
        }

        if (!Enum.IsDefined(Weighting) || ThreadCount < 0 || MemoryLimitBytes < 1)
        {
            throw new AlgorithmException(
                AlgorithmError.InvalidSetting, "Weighting must be a known one, ThreadCount 0 or more and MemoryLimitBytes above 0.");
        }
    }
}
