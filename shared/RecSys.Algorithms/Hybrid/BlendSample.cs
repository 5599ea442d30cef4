using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Hybrid;

/// <summary>The candidates of some validation users with the scaled scores that every model gave them.</summary>
internal sealed class BlendSample
{
    private readonly User[] _users;
    private readonly int _modelCount;
    private readonly int _threadCount;

    private BlendSample(User[] users, int modelCount, int threadCount)
    {
        _users = users;
        _modelCount = modelCount;
        _threadCount = threadCount;
    }

    public int UserCount => _users.Length;

    public static BlendSample Draw(
        IReadOnlyList<IRecommender> models,
        SparseMatrix train,
        SparseMatrix validation,
        BlendOptions options,
        CancellationToken cancellationToken)
    {
        CheckSizes(models, train, validation);
        var eligible = Enumerable.Range(0, train.RowCount).Where(user => NewItems(train, validation, user).Length > 0).ToArray();
        if (eligible.Length == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix, "No validation interaction is new to its user, so a blend can't be fitted; hold out more.");
        }

        new SplitMix(options.Seed, "blend users").Shuffle<int>(eligible);
        var drawn = eligible.Take(options.MaxUsers).Order().ToArray();
        var users = new User[drawn.Length];
        var itemCount = train.ColumnCount;
        var blockUsers = BlockScoring.UsersPerBlock(itemCount);
        WorkQueue.Run(
            (drawn.Length + blockUsers - 1) / blockUsers,
            options.ThreadCount,
            cancellationToken,
            () => new float[models.Count][],
            (block, rows) =>
            {
                var indices = drawn.AsSpan(block * blockUsers, Math.Min(blockUsers, drawn.Length - (block * blockUsers)));
                for (var m = 0; m < models.Count; m++)
                {
                    rows[m] ??= new float[blockUsers * itemCount];
                    models[m].ScoreRows(indices, rows[m].AsSpan(0, indices.Length * itemCount));
                }

                for (var i = 0; i < indices.Length; i++)
                {
                    users[(block * blockUsers) + i] = Collect(rows, i, itemCount, train.RowColumns(indices[i]), NewItems(train, validation, indices[i]), options);
                }
            });
        return new BlendSample(users, models.Count, options.ThreadCount);
    }

    /// <summary>The mean over users of a metric of the blended lists.</summary>
    public double Measure(ReadOnlySpan<float> weights, Metric metric)
    {
        var blend = weights.ToArray();
        var values = new double[_users.Length];
        WorkQueue.Run(_users.Length, _threadCount, default, (u, _) =>
        {
            var user = _users[u];
            var best = new TopKBuffer(Math.Min(metric.CutOff, user.Items.Length));
            for (var c = 0; c < user.Items.Length; c++)
            {
                var score = 0f;
                for (var m = 0; m < _modelCount; m++)
                {
                    score += blend[m] * user.Scores[(c * _modelCount) + m];
                }

                if (score > best.Threshold)
                {
                    best.Add(user.Items[c], score);
                }
            }

            var recommended = Array.ConvertAll(best.ToSortedArray(), scored => scored.ItemIndex);
            var hits = new bool[recommended.Length];
            RankingMetrics.MarkHits(recommended, user.Relevant, hits);
            values[u] = UserMetrics.Of(metric, new UserRanking
            {
                Recommended = recommended,
                Hits = hits,
                RelevantCount = user.Relevant.Length,
                Ranks = [],
                MiddleRanks = [],
                RankedCount = 0,
                CatalogueCount = 0,
                TrainItems = [],
                ItemUserCounts = [],
            }).Numerator;
        });
        return values.Average();
    }

    private static User Collect(float[][] rows, int row, int itemCount, ReadOnlySpan<int> seen, int[] relevant, BlendOptions options)
    {
        var candidates = new SortedSet<int>();
        var scales = new float[rows.Length];
        var top = new RecommendOptions { K = options.CandidatesPerModel };
        for (var m = 0; m < rows.Length; m++)
        {
            var scores = rows[m].AsSpan(row * itemCount, itemCount);
            scales[m] = ScoreRow.InverseDeviation(scores);
            foreach (var (item, _) in DenseRanking.Select(scores, top, seen))
            {
                candidates.Add(item);
            }
        }

        var items = candidates.ToArray();
        var scaled = new float[items.Length * rows.Length];
        for (var c = 0; c < items.Length; c++)
        {
            for (var m = 0; m < rows.Length; m++)
            {
                var score = rows[m][(row * itemCount) + items[c]];
                scaled[(c * rows.Length) + m] = float.IsFinite(score) ? score * scales[m] : 0;
            }
        }

        return new User(items, scaled, relevant);
    }

    private static int[] NewItems(SparseMatrix train, SparseMatrix validation, int user)
    {
        var known = train.RowColumns(user);
        var items = new List<int>();
        foreach (var item in validation.RowColumns(user))
        {
            if (known.BinarySearch(item) < 0)
            {
                items.Add(item);
            }
        }

        return [.. items];
    }

    private static void CheckSizes(IReadOnlyList<IRecommender> models, SparseMatrix train, SparseMatrix validation)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        if (models.Count == 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, "There is no model to blend; give at least one.");
        }

        if (validation.RowCount != train.RowCount || validation.ColumnCount != train.ColumnCount
            || models.Any(m => m.UserCount != train.RowCount || m.ItemCount != train.ColumnCount))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, "Train, validation and all models must have the same users and items.");
        }
    }

    private sealed record User(int[] Items, float[] Scores, int[] Relevant);
}
