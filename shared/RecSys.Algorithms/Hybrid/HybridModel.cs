using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Hybrid;

/// <summary>
/// A weighted sum of models: score_ui = Σ_m w_m · s_m,ui / σ_m,u, where σ_m,u is the standard deviation of model m's scores for
/// user u over the whole catalogue. Scaling row by row makes models comparable whatever their units are.
/// </summary>
/// <remarks>An item that a model can say nothing about gets 0 from it; one that no model can say anything about has no score.</remarks>
public sealed class HybridModel : IRecommender, IBlockScorer, ISimilarItems, IExplainer
{
    private readonly SparseMatrix _seen;
    private readonly HybridComponent[] _components;

    /// <summary>Combines models.</summary>
    /// <param name="seen">The train interactions, users × items, for leaving out what was seen.</param>
    /// <param name="components">The models, all fitted on these users and items; at least one with a weight above 0.</param>
    /// <exception cref="AlgorithmException">Sizes don't agree, a weight isn't a finite number of at least 0, or all are 0.</exception>
    public HybridModel(SparseMatrix seen, IReadOnlyList<HybridComponent> components)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(components);
        foreach (var (model, weight) in components)
        {
            if (model.UserCount != seen.RowCount || model.ItemCount != seen.ColumnCount)
            {
                throw new AlgorithmException(
                    AlgorithmError.MismatchedSizes,
                    $"{model.Name} has {model.UserCount} users and {model.ItemCount} items, the interactions {seen.RowCount} and {seen.ColumnCount}; fit all models on one matrix.");
            }

            if (!(weight >= 0 && float.IsFinite(weight)))
            {
                throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The weight of {model.Name} is {weight}; give a finite number of 0 or more.");
            }
        }

        _seen = seen;
        _components = [.. components.Where(c => c.Weight > 0)];
        if (_components.Length == 0)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, "A hybrid needs at least one model with a weight above 0.");
        }
    }

    /// <inheritdoc/>
    public string Name => "hybrid";

    /// <inheritdoc/>
    public int UserCount => _seen.RowCount;

    /// <inheritdoc/>
    public int ItemCount => _seen.ColumnCount;

    /// <summary>The models that count.</summary>
    public IReadOnlyList<HybridComponent> Components => _components;

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores) => ScoreBlock([userIndex], scores);

    /// <inheritdoc/>
    public void ScoreBlock(ReadOnlySpan<int> userIndices, Span<float> scores)
    {
        var size = userIndices.Length * ItemCount;
        var target = scores[..size];
        target.Fill(float.NegativeInfinity);
        var buffer = ArrayPool<float>.Shared.Rent(size);
        var part = buffer.AsSpan(0, size);
        foreach (var (model, weight) in _components)
        {
            model.ScoreRows(userIndices, part);
            for (var i = 0; i < userIndices.Length; i++)
            {
                var row = part.Slice(i * ItemCount, ItemCount);
                ScoreRow.AddScaled(row, weight * ScoreRow.InverseDeviation(row), target.Slice(i * ItemCount, ItemCount));
            }
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var users = userIndices.ToArray();
        foreach (var user in users)
        {
            DenseRanking.CheckUser(user, UserCount);
        }

        var lists = new ScoredItem[users.Length][];
        var blockUsers = BlockScoring.UsersPerBlock(ItemCount);
        WorkQueue.Run(
            (users.Length + blockUsers - 1) / blockUsers,
            options.ThreadCount,
            cancellationToken,
            () => new float[Math.Min(blockUsers, users.Length) * ItemCount],
            (block, scores) =>
            {
                var begin = block * blockUsers;
                var count = Math.Min(blockUsers, users.Length - begin);
                ScoreBlock(users.AsSpan(begin, count), scores);
                for (var i = 0; i < count; i++)
                {
                    lists[begin + i] = DenseRanking.Select(
                        scores.AsSpan(i * ItemCount, ItemCount), options, options.ExcludeSeen ? _seen.RowColumns(users[begin + i]) : []);
                }
            });
        return lists;
    }

    /// <summary>Asks the models for similar items in the order of their weights and takes the first answer for each item.</summary>
    public ScoredItem[][] SimilarItems(ReadOnlySpan<int> itemIndices, int k, CancellationToken cancellationToken = default)
    {
        new RecommendOptions { K = k }.Validate(ItemCount);
        var lists = new ScoredItem[itemIndices.Length][];
        Array.Fill(lists, []);
        foreach (var model in _components.OrderByDescending(c => c.Weight).Select(c => c.Model).OfType<ISimilarItems>())
        {
            var answers = model.SimilarItems(itemIndices, k, cancellationToken);
            for (var i = 0; i < lists.Length; i++)
            {
                lists[i] = lists[i].Length == 0 ? answers[i] : lists[i];
            }
        }

        return lists;
    }

    /// <summary>
    /// Adds up the explanations of the models that can explain, each scaled as its score is. What the other models gave isn't
    /// part of the score that is explained.
    /// </summary>
    public Explanation Explain(int userIndex, int itemIndex, int k)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        DenseRanking.CheckItem(itemIndex, ItemCount);
        new RecommendOptions { K = k }.Validate(ItemCount);
        var contributions = new Dictionary<int, (float Contribution, float Confidence)>();
        var score = 0f;
        var row = new float[ItemCount];
        foreach (var (model, weight) in _components)
        {
            if (model is not IExplainer explainer)
            {
                continue;
            }

            model.Score(userIndex, row);
            var scale = weight * ScoreRow.InverseDeviation(row);
            var explanation = explainer.Explain(userIndex, itemIndex, ItemCount);
            score += scale * explanation.Score;
            foreach (var (item, contribution, confidence) in explanation.Contributions)
            {
                var sum = contributions.GetValueOrDefault(item);
                contributions[item] = (sum.Contribution + (scale * contribution), Math.Max(sum.Confidence, confidence));
            }
        }

        return new Explanation(score, [.. contributions
            .Select(c => new ItemContribution(c.Key, c.Value.Contribution, c.Value.Confidence))
            .OrderByDescending(c => c.Contribution)
            .ThenBy(c => c.ItemIndex)
            .Take(k)]);
    }
}

/// <summary>A model of a hybrid and how much it counts.</summary>
/// <param name="Model">A fitted model.</param>
/// <param name="Weight">Its weight after every user's scores were scaled to unit deviation; finite, 0 or more.</param>
public sealed record HybridComponent(IRecommender Model, float Weight);

/// <summary>One user's scores of one model; −∞ where there is none.</summary>
internal static class ScoreRow
{
    // Floats summed before they are added to the doubles: few enough to lose nothing that matters.
    private const int SumLength = 1024;

    /// <summary>
    /// 1 / standard deviation over the whole row, an item without a score counting as 0; 0 for a row that doesn't distinguish
    /// anything, so that it adds nothing.
    /// </summary>
    public static float InverseDeviation(ReadOnlySpan<float> scores)
    {
        double sum = 0;
        double squares = 0;
        for (var start = 0; start < scores.Length; start += SumLength)
        {
            var (partSum, partSquares) = Sums(scores.Slice(start, Math.Min(SumLength, scores.Length - start)));
            sum += partSum;
            squares += partSquares;
        }

        var mean = sum / scores.Length;
        var variance = (squares / scores.Length) - (mean * mean);

        // Of equal scores rounding leaves a rest.
        return variance > 1e-6 * mean * mean ? (float)(1 / Math.Sqrt(variance)) : 0;
    }

    /// <summary>target += scale · row where the row has a score; a target without a score begins at 0.</summary>
    public static void AddScaled(ReadOnlySpan<float> row, float scale, Span<float> target)
    {
        var rowVectors = MemoryMarshal.Cast<float, Vector<float>>(row);
        var targetVectors = MemoryMarshal.Cast<float, Vector<float>>(target);
        var none = new Vector<float>(float.NegativeInfinity);
        var scales = new Vector<float>(scale);
        for (var i = 0; i < rowVectors.Length; i++)
        {
            var score = rowVectors[i];
            var sum = targetVectors[i];
            var added = Vector.ConditionalSelect(Vector.GreaterThan(sum, none), sum, Vector<float>.Zero) + (scales * score);
            targetVectors[i] = Vector.ConditionalSelect(Vector.GreaterThan(score, none), added, sum);
        }

        for (var i = rowVectors.Length * Vector<float>.Count; i < row.Length; i++)
        {
            if (row[i] > float.NegativeInfinity)
            {
                target[i] = (target[i] > float.NegativeInfinity ? target[i] : 0) + (scale * row[i]);
            }
        }
    }

    private static (float Sum, float Squares) Sums(ReadOnlySpan<float> scores)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        var none = new Vector<float>(float.NegativeInfinity);
        var sums = Vector<float>.Zero;
        var squares = Vector<float>.Zero;
        foreach (var vector in vectors)
        {
            var score = Vector.ConditionalSelect(Vector.GreaterThan(vector, none), vector, Vector<float>.Zero);
            sums += score;
            squares += score * score;
        }

        var sum = Vector.Sum(sums);
        var square = Vector.Sum(squares);
        foreach (var score in scores[(vectors.Length * Vector<float>.Count)..])
        {
            if (score > float.NegativeInfinity)
            {
                sum += score;
                square += score * score;
            }
        }

        return (sum, square);
    }
}
