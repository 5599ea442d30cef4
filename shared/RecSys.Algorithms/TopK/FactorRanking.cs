using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>Ranking by inner products of factors: validation, and the choice between the batch and the single-query search.</summary>
internal static unsafe class FactorRanking
{
    /// <summary>Fewer queries than this are answered one by one.</summary>
    private const int SmallestBatch = 8;

    /// <summary>An allowed set smaller than this share of the catalogue gets an index of its own for a batch.</summary>
    private const double OwnIndexShare = 0.25;

    /// <summary>Writes the scores of all items for one query of stride floats; negative infinity where either is unknown.</summary>
    public static void Score(FactorIndex index, ReadOnlySpan<float> query, Span<float> scores)
    {
        var items = index.Items;
        CheckScores(scores.Length, items.RowCount);
        if (!query.ContainsAnyExcept(0f))
        {
            scores.Fill(float.NegativeInfinity);
            return;
        }

        fixed (float* q = query)
        {
            for (var item = 0; item < scores.Length; item++)
            {
                scores[item] = index.Positions[item] < 0
                    ? float.NegativeInfinity
                    : VectorKernel.Dot(q, items.RowPointer(item), items.Stride);
            }
        }

        GC.KeepAlive(items);
    }

    /// <summary>Writes the scores of all items for several rows of <paramref name="queries"/>, row by row.</summary>
    public static void ScoreBlock(FactorIndex index, FactorMatrix queries, ReadOnlySpan<int> rows, Span<float> scores)
    {
        const int TileFloats = Padding.Tile * Padding.Tile;
        var items = index.Items;
        var stride = items.Stride;
        var padded = Padding.RoundUp(rows.Length);
        var buffer = new AlignedBuffer(((long)padded * stride) + ((long)Padding.Tile * stride) + TileFloats + stride);
        var packed = buffer.Pointer;
        var strip = packed + ((nint)padded * stride);
        var tile = strip + ((nint)Padding.Tile * stride);
        var ones = tile + TileFloats;
        new Span<float>(ones, stride).Fill(1);
        fixed (int* indices = rows)
        {
            for (var r = 0; r < rows.Length; r += Padding.Tile)
            {
                var count = Math.Min(Padding.Tile, rows.Length - r);
                TransposeKernel.Pack(queries.Pointer, stride, stride, indices + r, count, ones, ones, packed + ((nint)r * stride));
            }
        }

        for (var first = 0; first < items.RowCount; first += Padding.Tile)
        {
            var columns = Math.Min(Padding.Tile, items.RowCount - first);
            TransposeKernel.Pack(items.RowPointer(first), stride, stride, RowIndices.Consecutive, columns, ones, ones, strip);
            for (var r = 0; r < rows.Length; r += Padding.Tile)
            {
                TileKernel.Set(packed + ((nint)r * stride), Padding.Tile, strip, Padding.Tile, stride, tile, Padding.Tile);
                for (var i = r; i < Math.Min(r + Padding.Tile, rows.Length); i++)
                {
                    new ReadOnlySpan<float>(tile + ((i - r) * Padding.Tile), columns)
                        .CopyTo(scores[(int)(((long)i * items.RowCount) + first)..]);
                }
            }
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var row = scores.Slice((int)((long)i * items.RowCount), items.RowCount);
            if (!queries.Row(rows[i]).ContainsAnyExcept(0f))
            {
                row.Fill(float.NegativeInfinity);
            }

            foreach (var item in index.UnknownItems)
            {
                row[item] = float.NegativeInfinity;
            }
        }

        GC.KeepAlive(buffer);
        GC.KeepAlive(items);
        GC.KeepAlive(queries);
    }

    /// <summary>Ranks for rows of <paramref name="queries"/>.</summary>
    public static ScoredItem[][] Recommend(
        FactorIndex index,
        FactorMatrix queries,
        SparseMatrix? seen,
        ReadOnlySpan<int> rows,
        RecommendOptions options,
        CancellationToken cancellationToken)
    {
        var lists = new ScoredItem[rows.Length][];
        if (rows.Length < SmallestBatch)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var query = queries.Padded.Slice(rows[i] * queries.Stride, queries.Stride);
                lists[i] = FindOne(index, query, seen is null ? [] : seen.RowColumns(rows[i]), options);
            }

            return lists;
        }

        if (options.Allowed is { } allowed && allowed.Count < OwnIndexShare * index.Order.Length)
        {
            index = new FactorIndex(index.Items, allowed.ToArray(), options.ThreadCount);
            options = options with { Allowed = null };
        }

        var eligible = new EligibleItems(index, options);
        var users = rows.ToArray();
        var blockCount = (users.Length + BatchRanking.BlockUsers - 1) / BatchRanking.BlockUsers;
        WorkQueue.Run(
            blockCount,
            options.ThreadCount,
            cancellationToken,
            () => new BatchRanking(index, eligible, options.K),
            (block, ranking) =>
            {
                var first = block * BatchRanking.BlockUsers;
                var count = Math.Min(BatchRanking.BlockUsers, users.Length - first);
                ranking.Find(queries, users.AsSpan(first, count), seen, lists.AsSpan(first, count));
            });
        return lists;
    }

    /// <summary>Ranks for one query of FactorCount floats.</summary>
    public static ScoredItem[] RecommendOne(
        FactorIndex index, ReadOnlySpan<float> query, ReadOnlySpan<int> seen, RecommendOptions options)
    {
        var items = index.Items;
        options.Validate(items.RowCount);
        if (query.Length != items.FactorCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"The query has {query.Length} factors; the model has {items.FactorCount}.");
        }

        foreach (var item in seen)
        {
            DenseRanking.CheckItem(item, items.RowCount);
        }

        Span<float> padded = stackalloc float[items.Stride];
        padded.Clear();
        query.CopyTo(padded);
        return FindOne(index, padded, options.ExcludeSeen ? Sorted(seen) : [], options);
    }

    /// <summary>The rows most similar to each given row, by the cosine of the factors that were normalised for the index.</summary>
    public static ScoredItem[][] Similar(
        FactorIndex normalized, ReadOnlySpan<int> itemIndices, int k, int threadCount, CancellationToken cancellationToken)
    {
        // One more than asked for, because every item is most similar to itself.
        var options = new RecommendOptions { K = k, ThreadCount = threadCount };
        options.Validate(normalized.Items.RowCount);
        foreach (var item in itemIndices)
        {
            DenseRanking.CheckItem(item, normalized.Items.RowCount);
        }

        var lists = Recommend(
            normalized, normalized.Items, null, itemIndices, options with { K = k < int.MaxValue ? k + 1 : k }, cancellationToken);
        for (var i = 0; i < lists.Length; i++)
        {
            var item = itemIndices[i];
            lists[i] = lists[i].Where(similar => similar.ItemIndex != item).Take(k).ToArray();
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

    public static void CheckScores(long given, long needed)
    {
        if (given != needed)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"There is room for {given} scores, but {needed} are to be written.");
        }
    }

    private static ScoredItem[] FindOne(FactorIndex index, ReadOnlySpan<float> query, ReadOnlySpan<int> sortedSeen, RecommendOptions options)
    {
        if (!query.ContainsAnyExcept(0f))
        {
            return [];
        }

        fixed (float* q = query)
        {
            return SingleQueryRanking.Find(index, q, new CandidateFilter(options, sortedSeen), options.K);
        }
    }

    private static ReadOnlySpan<int> Sorted(ReadOnlySpan<int> items)
    {
        var sorted = items.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
