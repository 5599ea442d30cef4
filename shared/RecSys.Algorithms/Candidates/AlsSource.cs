using RecSys.Algorithms.Als;

namespace RecSys.Algorithms.Candidates;

/// <summary>
/// Retrieves the tracks with the largest product of user and item factors, exactly. Where the history holds listens that
/// the model was not trained on, and for users whom it doesn't know, the user's factors are solved for anew from all
/// listens; that takes well under a millisecond for a history of usual length.
/// </summary>
internal static class AlsSource
{
    public static SourceList Retrieve(
        AlsModel als, ListenerProfile profile, ItemSet denied, int count)
    {
        if (!profile.HasNews && !profile.IsKnownUser)
        {
            return new SourceList(SourceKind.Als, []);
        }

        Span<float> factors = stackalloc float[als.ItemFactors.FactorCount];
        if (profile.HasNews)
        {
            als.FoldInUser(profile.Items, profile.Plays, factors);
        }
        else
        {
            als.UserFactors.Row(profile.UserIndex).CopyTo(factors);
        }

        // The denied set holds what was heard, when that must not come back.
        var found = als.RecommendForFactors(
            factors, seenItems: [], new RecommendOptions { K = count, ExcludeSeen = false, Denied = denied });
        return new SourceList(SourceKind.Als, [.. found.Select(item => new SourceHit(item.ItemIndex, item.Score))]);
    }
}
