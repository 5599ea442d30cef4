using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Trees;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Ranker;

/// <summary>What a trained ranker is worth: its final lists by all metrics, as models alone are measured, and against every source.</summary>
internal static class RankerQuality
{
    private const int CutOff = 10;

    /// <summary>Measures the final lists on what was withheld.</summary>
    /// <param name="fitted">What was withheld, and sources that don't know it.</param>
    /// <param name="trees">Trained on nothing of it.</param>
    /// <param name="measure">Measures lists on it.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="metrics">Receives <c>ranker/…</c> and <c>source-…/…</c>.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <returns>NDCG@20 of each measured user's final list.</returns>
    public static float[] Measure(
        FittedCut fitted,
        TreeEnsemble trees,
        HoldoutMeasure measure,
        TrainingSettings settings,
        Dictionary<string, double> metrics,
        CancellationToken cancellationToken)
    {
        var cut = fitted.Cut;

        // As many as are learnt from in a part: every user takes each source's search through the whole catalogue.
        var users = measure.Users.ToArray();
        new SplitMix(settings.Get(TrainingSettings.Seed), "measured users").Shuffle<int>(users);
        users = users[..Math.Min(users.Length, settings.Get(RankerSettings.Users))];
        var final = new RememberedLists(
            new RankedRecommender(fitted.Candidates, fitted.Features, cut.Before.Listens, cut.Moments, trees), HoldoutMeasure.ListLength);
        measure.AddTo(metrics, final, progress: null, cancellationToken);
        IRecommender[] models =
        [
            final,
            .. fitted.Finder.Models.Sources.Select(
                source => new SourceRecommender(source, fitted.Candidates, cut.Plays.RowCount, cut.Plays.ColumnCount)),
        ];
        var compared = Compare(
            models, cut.Labels, users, settings.Get(TrainingSettings.Seed), settings.Get(TrainingSettings.Threads), cancellationToken);
        foreach (var model in compared.Skip(1))
        {
            var name = $"source-{model.Name}";
            metrics[$"{name}/ndcg@10"] = model.Ndcg;
            metrics[$"{name}/ndcg@10/low"] = model.Interval.Low;
            metrics[$"{name}/ndcg@10/high"] = model.Interval.High;
            metrics[$"{name}/ranker-lead"] = model.Lead;
            metrics[$"{name}/ranker-lead/low"] = model.LeadInterval.Low;
            metrics[$"{name}/ranker-lead/high"] = model.LeadInterval.High;
        }

        metrics["ranker/measured-users"] = users.Length;
        return measure.Ndcg(final, cancellationToken);
    }

    /// <summary>
    /// NDCG@10 of models on the same users: the mean of each with its interval, and the interval of the first one's lead over each, which
    /// is one of paired differences.
    /// </summary>
    /// <param name="models">The first is compared with all others.</param>
    /// <param name="test">Withheld pairs that are new to their users.</param>
    /// <param name="users">Whom to measure; users with withheld pairs.</param>
    /// <param name="seed">Of the bootstrap.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    private static ComparedModel[] Compare(
        IReadOnlyList<IRecommender> models, SparseMatrix test, int[] users, int seed, int threadCount, CancellationToken cancellationToken)
    {
        // Columns: every model, then the first one's lead over every model.
        var columnCount = 2 * models.Count;
        var values = new float[users.Length * columnCount];
        var ones = new float[values.Length];
        Array.Fill(ones, 1);
        var options = new RecommendOptions { K = CutOff, ThreadCount = threadCount };
        for (var m = 0; m < models.Count; m++)
        {
            var lists = models[m].Recommend(users, options, cancellationToken);
            for (var u = 0; u < users.Length; u++)
            {
                var relevant = test.RowColumns(users[u]);
                var hits = new bool[lists[u].Length];
                RankingMetrics.MarkHits([.. lists[u].Select(item => item.ItemIndex)], relevant, hits);
                var row = values.AsSpan(u * columnCount, columnCount);
                row[m] = (float)RankingMetrics.Ndcg(hits, relevant.Length, CutOff);
                row[models.Count + m] = row[0] - row[m];
            }
        }

        var intervals = Bootstrap.Intervals(values, ones, columnCount, seed: seed, threadCount: threadCount);
        return
        [
            .. models.Select((model, m) => new ComparedModel(
                model.Name, Mean(m), intervals[m], Mean(models.Count + m), intervals[models.Count + m])),
        ];

        double Mean(int column)
        {
            var sum = 0.0;
            for (var u = 0; u < users.Length; u++)
            {
                sum += values[(u * columnCount) + column];
            }

            return sum / users.Length;
        }
    }

    /// <summary>A model's NDCG@10, and how far the final lists lead it.</summary>
    /// <param name="Name">The model.</param>
    /// <param name="Ndcg">Its mean over users.</param>
    /// <param name="Interval">95 % interval of the mean.</param>
    /// <param name="Lead">How much the final lists are better, the mean over users.</param>
    /// <param name="LeadInterval">95 % interval of the lead, from the same draws of users.</param>
    private sealed record ComparedModel(string Name, double Ndcg, ConfidenceInterval Interval, double Lead, ConfidenceInterval LeadInterval);
}

/// <summary>Makes each user's list once, however often it is asked for: several measures look at the same lists.</summary>
/// <param name="model">Makes them.</param>
/// <param name="length">Items of a list; as many may be asked for at most.</param>
internal sealed class RememberedLists(IRecommender model, int length) : IRecommender
{
    private readonly ScoredItem[]?[] _lists = new ScoredItem[]?[model.UserCount];

    /// <inheritdoc/>
    public string Name => model.Name;

    /// <inheritdoc/>
    public int UserCount => model.UserCount;

    /// <inheritdoc/>
    public int ItemCount => model.ItemCount;

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores) => model.Score(userIndex, scores);

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is not { ExcludeSeen: true, Denied: null, Allowed: null } || options.K > length)
        {
            throw new ArgumentException($"Lists of {length} items without what was heard are kept; others were asked for.", nameof(options));
        }

        var missing = Array.FindAll(userIndices.ToArray(), user => _lists[user] is null);
        var made = model.Recommend(missing, options with { K = length }, cancellationToken);
        for (var i = 0; i < missing.Length; i++)
        {
            _lists[missing[i]] = made[i];
        }

        var lists = new ScoredItem[userIndices.Length][];
        for (var i = 0; i < lists.Length; i++)
        {
            var list = _lists[userIndices[i]]!;
            lists[i] = list.Length <= options.K ? list : list[..options.K];
        }

        return lists;
    }
}

/// <summary>One source alone, as a recommender: what the final lists are compared with.</summary>
internal sealed class SourceRecommender(SourceKind source, UserCandidates candidates, int userCount, int itemCount) : IRecommender
{
    /// <inheritdoc/>
    public string Name => RankingFeatures.NameOf(source);

    /// <inheritdoc/>
    public int UserCount => userCount;

    /// <inheritdoc/>
    public int ItemCount => itemCount;

    /// <summary>Scores of the items in the source's list; negative infinity for all other items.</summary>
    public void Score(int userIndex, Span<float> scores)
    {
        scores.Fill(float.NegativeInfinity);
        foreach (var hit in candidates.Of(userIndex, source, new ItemSet(itemCount, []), itemCount))
        {
            scores[hit.ItemIndex] = (float)hit.Score;
        }
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var users = userIndices.ToArray();
        var lists = new ScoredItem[users.Length][];
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount,
        };
        if (options.ExcludeSeen)
        {
            candidates.ForEach(users, source, options.K, (i, hits) => lists[i] = ListOf(hits), parallel);
        }
        else
        {
            Parallel.For(0, users.Length, parallel, i => lists[i] = ListOf(candidates.Of(users[i], source, new ItemSet(itemCount, []), options.K)));
        }

        return lists;
    }

    private static ScoredItem[] ListOf(IReadOnlyList<SourceHit> hits) => [.. hits.Select(hit => new ScoredItem(hit.ItemIndex, (float)hit.Score))];
}
