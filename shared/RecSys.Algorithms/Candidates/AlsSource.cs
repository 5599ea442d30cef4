using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.TopK;

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
        return ListOf(found);
    }

    /// <summary>The lists of users whom the model knows and who have heard nothing since, as <see cref="Retrieve"/> makes each.</summary>
    /// <param name="als">The model.</param>
    /// <param name="search">Its search for so many items.</param>
    /// <param name="profiles">At most <see cref="BatchSearch.MaxQueries"/>.</param>
    /// <param name="heard">What must not come back to each user index.</param>
    public static SourceList[] Retrieve(AlsModel als, BatchSearch search, ReadOnlySpan<ListenerProfile> profiles, SparseMatrix heard)
    {
        var queries = new FactorMatrix(profiles.Length, als.ItemFactors.FactorCount);
        var users = new int[profiles.Length];
        for (var i = 0; i < users.Length; i++)
        {
            users[i] = profiles[i].UserIndex;
            als.UserFactors.Row(users[i]).CopyTo(queries.MutableRow(i));
        }

        return Array.ConvertAll(search.Find(queries, heard, users), ListOf);
    }

    private static SourceList ListOf(ScoredItem[] found) =>
        new(SourceKind.Als, [.. found.Select(item => new SourceHit(item.ItemIndex, item.Score))]);
}
