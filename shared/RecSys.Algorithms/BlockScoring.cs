namespace RecSys.Algorithms;

/// <summary>Blocks of score rows from any model.</summary>
public static class BlockScoring
{
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
