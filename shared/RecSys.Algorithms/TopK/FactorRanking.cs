using RecSys.Algorithms.Als;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>Ranking by inner products of factors.</summary>
internal static unsafe class FactorRanking
{
    public static void Score(FactorMatrix items, ReadOnlySpan<float> query, Span<float> scores)
    {
        if (scores.Length != items.RowCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"There is room for {scores.Length} scores; the model has {items.RowCount} items.");
        }

        fixed (float* q = query)
        {
            for (var item = 0; item < scores.Length; item++)
            {
                scores[item] = VectorKernel.Dot(q, items.RowPointer(item), items.Stride);
            }
        }

        GC.KeepAlive(items);
    }

    public static ScoredItem[][] Recommend(
        IRecommender model,
        FactorMatrix users,
        FactorMatrix items,
        SparseMatrix? seen,
        ReadOnlySpan<int> userIndices,
        RecommendOptions options,
        CancellationToken cancellationToken) =>
        DenseRanking.Recommend(model, seen, userIndices, options, cancellationToken);

    public static ScoredItem[] RecommendOne(
        FactorMatrix items, ReadOnlySpan<float> query, ReadOnlySpan<int> seen, RecommendOptions options)
    {
        options.Validate(items.RowCount);
        if (query.Length != items.FactorCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"The query has {query.Length} factors; the model has {items.FactorCount}.");
        }

        Span<float> padded = stackalloc float[items.Stride];
        padded.Clear();
        query.CopyTo(padded);
        var scores = new float[items.RowCount];
        Score(items, padded, scores);
        return DenseRanking.Select(scores, options, options.ExcludeSeen ? seen : []);
    }

    public static ScoredItem[][] Similar(FactorMatrix normalized, ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken)
    {
        var options = new RecommendOptions { K = k };
        options.Validate(normalized.RowCount);
        var lists = new ScoredItem[itemIndices.Length][];
        for (var i = 0; i < lists.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DenseRanking.CheckItem(itemIndices[i], normalized.RowCount);
            var query = normalized.Row(itemIndices[i]);
            lists[i] = query.ContainsAnyExcept(0f) ? RecommendOne(normalized, query, itemIndices.Slice(i, 1), options) : [];
        }

        return lists;
    }

    /// <summary>The rows at length 1; rows of zeros stay.</summary>
    public static FactorMatrix Normalize(FactorMatrix factors)
    {
        var normalized = factors.Copy();
        for (var row = 0; row < normalized.RowCount; row++)
        {
            var pointer = normalized.RowPointer(row);
            var norm = MathF.Sqrt(VectorKernel.Dot(pointer, pointer, normalized.Stride));
            if (norm > 0)
            {
                VectorKernel.Scale(1 / norm, pointer, pointer, normalized.Stride);
            }
        }

        GC.KeepAlive(normalized);
        return normalized;
    }
}
