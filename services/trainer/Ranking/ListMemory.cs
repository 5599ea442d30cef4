using RecSys.Algorithms;

namespace RecSys.Trainer.Ranking;

/// <summary>Makes each user's list once, however often it is asked for: several measures look at the same lists.</summary>
/// <param name="model">Makes them.</param>
/// <param name="length">Items of a list; as many may be asked for at most.</param>
internal sealed class ListMemory(IRecommender model, int length) : IRecommender
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
