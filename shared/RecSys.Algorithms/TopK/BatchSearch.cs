using System.Collections.Concurrent;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// Answers many queries at once as <see cref="SingleQueryRanking"/> answers each: the same items with the same scores, in a fraction of
/// the time. Safe for use by many threads.
/// </summary>
/// <remarks>
/// The search for many adds products up in another order, so that its scores differ in the last places. It finds a few items more than
/// asked for, these are scored as for a single query, and the best are taken. Where an item that it did not find could still belong among them,
/// which takes more equal scores than there are spare items, the single search is asked.
/// </remarks>
internal sealed unsafe class BatchSearch
{
    /// <summary>Queries at once, at most.</summary>
    public const int MaxQueries = BatchRanking.BlockUsers;

    private const int SpareItems = 16;

    // Two sums of n products differ by less than n times this share of the product of lengths (2^-23: twice the rounding of one addition).
    private const float Rounding = 1.1920929e-7f;

    private static readonly int[] Rows = [.. Enumerable.Range(0, MaxQueries)];

    private readonly FactorIndex _index;
    private readonly EligibleItems _eligible;
    private readonly int _k;
    private readonly ConcurrentBag<BatchRanking> _rankings = [];

    public BatchSearch(FactorIndex index, int k)
    {
        _index = index;
        _k = k;
        _eligible = new EligibleItems(index, new RecommendOptions());
    }

    /// <summary>The best items of every query.</summary>
    /// <param name="queries">At most <see cref="MaxQueries"/> rows.</param>
    /// <param name="seen">What to leave out.</param>
    /// <param name="seenRows">The row of <paramref name="seen"/> that belongs to each query.</param>
    public ScoredItem[][] Find(FactorMatrix queries, SparseMatrix seen, ReadOnlySpan<int> seenRows)
    {
        var lists = new ScoredItem[queries.RowCount][];
        if (!_rankings.TryTake(out var ranking))
        {
            ranking = new BatchRanking(_index, _eligible, _k + SpareItems);
        }

        ranking.Find(queries, Rows.AsSpan(0, queries.RowCount), seen, seenRows, lists);
        _rankings.Add(ranking);
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = Exact(queries, i, lists[i]) ?? Single(queries, i, seen.RowColumns(seenRows[i]));
        }

        return lists;
    }

    private ScoredItem[]? Exact(FactorMatrix queries, int row, ScoredItem[] found)
    {
        var query = queries.RowPointer(row);
        var best = new TopKBuffer(Math.Min(_k, _index.Order.Length));
        foreach (var (item, _) in found)
        {
            var score = VectorKernel.Dot(query, _index.Items.RowPointer(item), queries.Stride);
            if (score >= best.Threshold && float.IsFinite(score))
            {
                best.Add(item, score);
            }
        }

        var list = best.ToSortedArray();
        if (found.Length < _k + SpareItems)
        {
            // That is all there is.
            return list;
        }

        // What was not found scores no more than the last that was.
        var most = found[^1].Score + (queries.Stride * Rounding * MathF.Sqrt(VectorKernel.Dot(query, query, queries.Stride)) * _index.Lengths[0]);
        GC.KeepAlive(queries);
        return list.Length == _k && list[^1].Score > most ? list : null;
    }

    private ScoredItem[] Single(FactorMatrix queries, int row, ReadOnlySpan<int> seen) => SingleQueryRanking.Find(
        _index, queries.RowPointer(row), new CandidateFilter(new RecommendOptions(), seen), _k);
}
