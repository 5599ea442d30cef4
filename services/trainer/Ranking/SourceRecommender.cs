using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;

namespace RecSys.Trainer.Ranking;

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
