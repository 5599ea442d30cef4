using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;

namespace RecSys.Trainer.Ranker;

/// <summary>The final lists: candidates of all sources in the order of the trees, as serving gives them.</summary>
/// <param name="candidates">Of the users.</param>
/// <param name="features">Of candidates.</param>
/// <param name="listens">What the users heard.</param>
/// <param name="moments">When each asks; 0 when times mean nothing.</param>
/// <param name="trees">The ranker.</param>
internal sealed class RankedRecommender(
    UserCandidates candidates, FeatureBuilder features, ListensByUser listens, IReadOnlyList<long> moments, TreeEnsemble trees)
    : IRecommender
{
    /// <inheritdoc/>
    public string Name => "ranker";

    /// <inheritdoc/>
    public int UserCount => listens.UserCount;

    /// <inheritdoc/>
    public int ItemCount => listens.ItemCount;

    /// <summary>Scores of the user's candidates; negative infinity for all other items.</summary>
    public void Score(int userIndex, Span<float> scores)
    {
        scores.Fill(float.NegativeInfinity);
        foreach (var item in Rank(userIndex, new RecommendOptions { K = ItemCount, ExcludeSeen = false }))
        {
            scores[item.Candidate.ItemIndex] = item.Score;
        }
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default) =>
        Array.ConvertAll(
            RecommendWithSources(userIndices, options, cancellationToken),
            list => Array.ConvertAll(list, item => new ScoredItem(item.Candidate.ItemIndex, item.Score)));

    /// <summary>The same lists with what every source says of the items.</summary>
    public (MergedCandidate Candidate, float Score)[][] RecommendWithSources(
        ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var users = userIndices.ToArray();
        var lists = new (MergedCandidate, float)[users.Length][];
        var parallel = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = options.ThreadCount == 0 ? Environment.ProcessorCount : options.ThreadCount,
        };
        if (options.ExcludeSeen)
        {
            candidates.ForEach(users, (i, found) => lists[i] = Rank(users[i], found, options), parallel);
        }
        else
        {
            Parallel.For(0, users.Length, parallel, i => lists[i] = Rank(users[i], options));
        }

        return lists;
    }

    // What was heard among the candidates.
    private (MergedCandidate Candidate, float Score)[] Rank(int userIndex, RecommendOptions options) =>
        Rank(userIndex, candidates.Of(userIndex, new ItemSet(ItemCount, [])), options);

    private (MergedCandidate Candidate, float Score)[] Rank(int userIndex, IReadOnlyList<MergedCandidate> found, RecommendOptions options)
    {
        var rows = new float[found.Count * FeatureBuilder.FeatureCount];
        var scores = new float[found.Count];
        features.Build(listens.Of(userIndex), moments[userIndex], found, rows);
        trees.Score(rows, scores);

        // Equal scores keep the order of retrieval.
        return
        [
            .. found
                .Select((candidate, i) => (Candidate: candidate, Score: scores[i]))
                .Where(item => options.Denied?.Contains(item.Candidate.ItemIndex) != true && options.Allowed?.Contains(item.Candidate.ItemIndex) != false)
                .OrderByDescending(item => item.Score)
                .Take(options.K),
        ];
    }
}
