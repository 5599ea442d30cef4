using System.Diagnostics;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Evaluation;

/// <summary>
/// Measures a model on test interactions in one pass over users, on all cores, ranking the full catalogue and never holding the
/// full score matrix: where first positions suffice the model's own top-k is asked, else one score row a thread.
/// </summary>
public static class Evaluator
{
    // Users ranked between two reports of progress; their lists are held at once.
    private const int ChunkUsers = 4096;

    /// <summary>Measures a model.</summary>
    /// <param name="model">A model fitted on <paramref name="train"/>.</param>
    /// <param name="train">Train interactions, users × items.</param>
    /// <param name="test">Test interactions of the same users and items.</param>
    /// <param name="options">Metrics and policy.</param>
    /// <param name="progress">Receives the share of users done, 0…1.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="AlgorithmException">Sizes don't agree, settings are out of range, or there is no test interaction to measure.</exception>
    public static EvaluationResult Evaluate(
        IRecommender model,
        SparseMatrix train,
        SparseMatrix test,
        EvaluationOptions? options = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        options ??= new EvaluationOptions();
        options.Validate();
        CheckSizes(model, train, test);

        var clock = Stopwatch.StartNew();
        var relevant = RelevantItems(train, test, options.NewOnly);
        var withTest = Enumerable.Range(0, test.RowCount).Where(user => relevant[user].Length > 0).ToArray();
        if (withTest.Length == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix,
                "No test interaction is left to measure: every test user or item is unknown to train, or every pair is already in it.");
        }

        var served = options.ServesEverybody ? Enumerable.Range(0, train.RowCount).ToArray() : withTest;
        var ratios = options.Metrics.Where(UserMetrics.IsRatio).ToArray();
        var table = new MetricTable(ratios, served.Length);
        var coverage = new ListCoverage(train.ColumnCount);
        var itemUserCounts = train.CountColumns();
        for (var start = 0; start < served.Length; start += ChunkUsers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = start;
            var users = served.AsMemory(start, Math.Min(ChunkUsers, served.Length - start));
            var rankings = Rank(model, train, relevant, users, options, cancellationToken);
            WorkQueue.Run(users.Length, options.ThreadCount, cancellationToken, (i, _) =>
            {
                var user = users.Span[i];
                var ranked = train.ColumnCount - (options.NewOnly ? train.RowLength(user) : 0);
                var hits = new bool[rankings.Items[i].Length];
                RankingMetrics.MarkHits(rankings.Items[i], relevant[user], hits);
                table.Set(first + i, new UserRanking
                {
                    Recommended = rankings.Items[i],
                    Hits = hits,
                    RelevantCount = relevant[user].Length,
                    Ranks = rankings.Ranks[i],
                    MiddleRanks = rankings.MiddleRanks[i],
                    RankedCount = ranked,
                    CatalogueCount = train.ColumnCount,
                    TrainItems = train.RowColumns(user),
                    ItemUserCounts = itemUserCounts,
                });
            });
            foreach (var list in rankings.Items)
            {
                coverage.Add(list);
            }

            progress?.Report((double)(start + users.Length) / served.Length);
        }

        var values = table.Aggregate(options).ToDictionary(v => v.Metric);
        return new EvaluationResult
        {
            Model = model.Name,
            Users = withTest.Length,
            ServedUsers = served.Length,
            TestPairs = withTest.Sum(user => (long)relevant[user].Length),
            Metrics = [.. options.Metrics.Select(m => m.Kind switch
            {
                MetricKind.Coverage => new MetricValue(m, (double)coverage.DistinctItems(m.CutOff) / train.ColumnCount),
                MetricKind.CoveragePerUser => new MetricValue(m, (double)coverage.DistinctItems(m.CutOff) / served.Length),
                _ => values[m],
            })],
            ActivityGroups = options.ActivityGroups > 1
                ? ByActivity(table, served, withTest, train, options.ActivityGroups)
                : [],
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    private static (int[][] Items, int[][] Ranks, double[][] MiddleRanks) Rank(
        IRecommender model,
        SparseMatrix train,
        int[][] relevant,
        ReadOnlyMemory<int> users,
        EvaluationOptions options,
        CancellationToken cancellationToken)
    {
        var ranks = new int[users.Length][];
        Array.Fill(ranks, []);
        var middleRanks = new double[users.Length][];
        Array.Fill(middleRanks, []);
        var recommend = new RecommendOptions
        {
            K = Math.Max(1, options.MaxCutOff),
            ExcludeSeen = options.NewOnly,
            ThreadCount = options.ThreadCount,
        };
        if (!options.NeedsFullRanking)
        {
            var lists = model.Recommend(users.Span, recommend, cancellationToken);
            return ([.. lists.Select(ItemsOf)], ranks, middleRanks);
        }

        var items = new int[users.Length][];
        var blockUsers = BlockScoring.UsersPerBlock(model.ItemCount);
        var blocks = (users.Length + blockUsers - 1) / blockUsers;
        WorkQueue.Run(
            blocks,
            options.ThreadCount,
            cancellationToken,
            () => new float[blockUsers * model.ItemCount],
            (block, scores) =>
            {
                var begin = block * blockUsers;
                var count = Math.Min(blockUsers, users.Length - begin);
                model.ScoreRows(users.Span.Slice(begin, count), scores.AsSpan(0, count * model.ItemCount));
                for (var i = begin; i < begin + count; i++)
                {
                    var user = users.Span[i];
                    var row = scores.AsSpan((i - begin) * model.ItemCount, model.ItemCount);
                    MarkOutside(row, options.NewOnly ? train.RowColumns(user) : []);
                    ranks[i] = new int[relevant[user].Length];
                    RankCounter.Count(row, relevant[user], ranks[i]);
                    middleRanks[i] = options.NeedsMiddleRanks ? RankCounter.MiddleRanks(row, relevant[user]) : [];
                    items[i] = ItemsOf(DenseRanking.Select(row, recommend, []));
                }
            });
        return (items, ranks, middleRanks);
    }

    // What a model has no score for stands at the end of the ranking; what may not be recommended is outside of it, as NaN.
    private static void MarkOutside(Span<float> scores, ReadOnlySpan<int> seen)
    {
        for (var item = 0; item < scores.Length; item++)
        {
            if (float.IsNaN(scores[item]))
            {
                scores[item] = float.NegativeInfinity;
            }
        }

        foreach (var item in seen)
        {
            scores[item] = float.NaN;
        }
    }

    private static int[] ItemsOf(ScoredItem[] list) => Array.ConvertAll(list, scored => scored.ItemIndex);

    private static int[][] RelevantItems(SparseMatrix train, SparseMatrix test, bool newOnly)
    {
        var relevant = new int[test.RowCount][];
        for (var user = 0; user < relevant.Length; user++)
        {
            var items = test.RowColumns(user).ToArray();
            if (newOnly)
            {
                var known = train.RowColumns(user);
                var kept = 0;
                foreach (var item in items)
                {
                    if (known.BinarySearch(item) < 0)
                    {
                        items[kept++] = item;
                    }
                }

                Array.Resize(ref items, kept);
            }

            relevant[user] = items;
        }

        return relevant;
    }

    private static IReadOnlyList<ActivityGroup> ByActivity(
        MetricTable table, int[] served, int[] withTest, SparseMatrix train, int groupCount)
    {
        var tested = withTest.ToHashSet();
        var rows = Enumerable.Range(0, served.Length)
            .Where(row => tested.Contains(served[row]))
            .OrderBy(row => train.RowLength(served[row]))
            .ToArray();
        var groups = new List<ActivityGroup>();
        var begin = 0;
        for (var group = 0; group < groupCount && begin < rows.Length; group++)
        {
            var end = Math.Max(begin + 1, (int)((long)rows.Length * (group + 1) / groupCount));

            // Users of equal activity stay together, so that a group is described by its bounds alone.
            while (end < rows.Length && train.RowLength(served[rows[end]]) == train.RowLength(served[rows[end - 1]]))
            {
                end++;
            }

            groups.Add(new ActivityGroup(
                train.RowLength(served[rows[begin]]),
                train.RowLength(served[rows[end - 1]]),
                end - begin,
                table.Aggregate(rows[begin..end])));
            begin = end;
        }

        return groups;
    }

    private static void CheckSizes(IRecommender model, SparseMatrix train, SparseMatrix test)
    {
        if (train.RowCount != test.RowCount || train.ColumnCount != test.ColumnCount
            || model.UserCount != train.RowCount || model.ItemCount != train.ColumnCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"Train is {train.RowCount} × {train.ColumnCount}, test {test.RowCount} × {test.ColumnCount} and the model {model.UserCount} × {model.ItemCount}; all three must have the same users and items.");
        }
    }
}

/// <summary>The best position at which each item was ever recommended, from which coverage follows for every cut-off.</summary>
internal sealed class ListCoverage
{
    private readonly int[] _bestPosition;

    public ListCoverage(int itemCount)
    {
        _bestPosition = new int[itemCount];
        Array.Fill(_bestPosition, int.MaxValue);
    }

    public void Add(ReadOnlySpan<int> recommended)
    {
        for (var position = 0; position < recommended.Length; position++)
        {
            ref var best = ref _bestPosition[recommended[position]];
            best = Math.Min(best, position);
        }
    }

    /// <summary>How many items were among the first k of any list.</summary>
    public int DistinctItems(int k) => _bestPosition.Count(position => position < k);
}
