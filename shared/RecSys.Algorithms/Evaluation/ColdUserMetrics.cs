namespace RecSys.Algorithms.Evaluation;

/// <summary>How well one list for everybody, such as the popular tracks, serves users that no model knows.</summary>
/// <param name="Users">Users with at least one test item.</param>
/// <param name="ShareWithoutHit">Share of the users none of whose test items is on the list. 0…1.</param>
/// <param name="MeanCoverage">Mean share of a user's test items on the list, over users with at least one. 0 when there is none.</param>
/// <param name="MeanRecall">The same mean over all users.</param>
public sealed record ColdUserMetrics(int Users, double ShareWithoutHit, double MeanCoverage, double MeanRecall)
{
    /// <summary>Measures a list.</summary>
    /// <param name="userItems">The distinct test items of each user; users without any are left out.</param>
    /// <param name="recommended">The items of the list.</param>
    public static ColdUserMetrics Measure(IEnumerable<IReadOnlyCollection<int>> userItems, IEnumerable<int> recommended)
    {
        ArgumentNullException.ThrowIfNull(userItems);
        var list = recommended.ToHashSet();
        var shares = userItems
            .Where(items => items.Count > 0)
            .Select(items => (double)items.Count(list.Contains) / items.Count)
            .ToArray();
        if (shares.Length == 0)
        {
            return new ColdUserMetrics(0, 0, 0, 0);
        }

        var hit = shares.Where(share => share > 0).ToArray();
        return new ColdUserMetrics(
            shares.Length,
            (double)(shares.Length - hit.Length) / shares.Length,
            hit.Length == 0 ? 0 : hit.Average(),
            shares.Average());
    }
}
