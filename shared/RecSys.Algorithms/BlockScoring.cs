namespace RecSys.Algorithms;

/// <summary>Blocks of score rows from any model.</summary>
public static class BlockScoring
{
    // Beyond this many floats a block leaves the cache that its rows should be in when they are ranked.
    private const int BlockFloats = 1 << 22;

    /// <summary>How many users a thread should ask for at once: 8 to 64, fewer for larger catalogues.</summary>
    public static int UsersPerBlock(int itemCount) => Math.Clamp(BlockFloats / Math.Max(1, itemCount), 8, 64);

    /// <summary>Writes users × items scores, row by row, by the model's own block method where it has one.</summary>
    public static void ScoreRows(this IRecommender model, ReadOnlySpan<int> userIndices, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model is IBlockScorer block)
        {
            block.ScoreBlock(userIndices, scores);
            return;
        }

        for (var i = 0; i < userIndices.Length; i++)
        {
            model.Score(userIndices[i], scores.Slice(i * model.ItemCount, model.ItemCount));
        }
    }
}
