using RecSys.Algorithms.Candidates;

namespace RecSys.Algorithms.Ranking.Features;

/// <summary>
/// Makes the rows that the ranker is trained on and scores: the one piece of code for both. Everything it looks at lies
/// before the cut (statistics, and the listens that it is given) or is known when a list is asked for. Safe for use by
/// many threads.
/// </summary>
/// <param name="statistics">Of the items, up to the cut.</param>
/// <param name="catalogue">Of the items.</param>
public sealed class FeatureBuilder(ItemStatistics statistics, CatalogueIndex catalogue)
{
    /// <summary>Values in a row.</summary>
    public static int FeatureCount => RankingFeatures.All.Count;

    /// <summary>Writes a row for each candidate.</summary>
    /// <param name="history">The user's listens; those at the moment or later are not looked at.</param>
    /// <param name="moment">When the list is asked for, in microseconds since 1970 UTC; 0 when times mean nothing.</param>
    /// <param name="candidates">The candidates; an item index below 0 is a track that the model does not know.</param>
    /// <param name="rows">Receives candidates × <see cref="FeatureCount"/> values; NaN for missing.</param>
    /// <exception cref="AlgorithmException">The sizes do not agree.</exception>
    public void Build(UserHistory history, long moment, IReadOnlyList<MergedCandidate> candidates, Span<float> rows)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var features = RankingFeatures.All;
        if (rows.Length != candidates.Count * features.Count)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes, $"{candidates.Count} rows of {features.Count} features are not {rows.Length} values.");
        }

        var context = new FeatureContext(statistics, catalogue, new UserSummary(history.Before(moment), statistics, catalogue), moment);
        for (var c = 0; c < candidates.Count; c++)
        {
            context.MoveTo(candidates[c].ItemIndex, candidates[c].Votes);
            var row = rows.Slice(c * features.Count, features.Count);
            for (var f = 0; f < row.Length; f++)
            {
                row[f] = features[f].Value(context);
            }
        }
    }
}
