using RecSys.Algorithms;
using RecSys.Contracts.Common.V1;

namespace RecSys.Candidate.Sources;

/// <summary>Retrieves what resembles the tracks that the user heard last.</summary>
internal static class SimilarSource
{
    /// <summary>
    /// Merges the neighbours of each seed: score(i) = sum over seeds s of 2^(-age(s) / halfLife) · max(0, cos(s, i)), where
    /// age is the seed's place in <paramref name="seeds"/> from 0. An item near two seeds comes before one that is as near
    /// to only one of them; the seed that added most is the one named as the reason.
    /// </summary>
    /// <param name="seeds">Distinct items heard, the latest first.</param>
    /// <param name="neighbors">Each seed's nearest items.</param>
    /// <param name="halfLife">Seeds by which the weight has halved, above 0.</param>
    /// <param name="denied">Items that must not come back.</param>
    /// <param name="count">At most so many.</param>
    public static SourceList Retrieve(
        IReadOnlyList<int> seeds, IReadOnlyList<ScoredItem[]> neighbors, double halfLife, ItemSet denied, int count)
    {
        var sums = new Dictionary<int, (double Score, double Most, int Because)>();
        for (var age = 0; age < seeds.Count; age++)
        {
            var weight = double.Exp2(-age / halfLife);
            foreach (var neighbor in neighbors[age])
            {
                var added = weight * neighbor.Score;
                if (added <= 0 || denied.Contains(neighbor.ItemIndex))
                {
                    continue;
                }
                var sum = sums.GetValueOrDefault(neighbor.ItemIndex);
                sums[neighbor.ItemIndex] = added > sum.Most
                    ? (sum.Score + added, added, seeds[age])
                    : (sum.Score + added, sum.Most, sum.Because);
            }
        }
        return new SourceList(CandidateSource.Similar,
        [
            .. sums
                .OrderByDescending(sum => sum.Value.Score)
                .ThenBy(sum => sum.Key)
                .Take(count)
                .Select(sum => new SourceHit(sum.Key, sum.Value.Score, sum.Value.Because)),
        ]);
    }
}
