namespace RecSys.Algorithms.Candidates;

/// <summary>Makes one list of distinct items from the lists of all sources.</summary>
public static class CandidateMerger
{
    /// <summary>
    /// Takes every list's first item, then every list's second, and so on until there are <paramref name="count"/>: a
    /// source with large scores cannot crowd out the others, and without a ranker the order is still a fair one. An item
    /// that is chosen carries the vote of every source that retrieved it, however deep in its list.
    /// </summary>
    public static IReadOnlyList<MergedCandidate> Merge(IReadOnlyList<SourceList> lists, int count)
    {
        var places = new Dictionary<int, int>(count);
        var chosen = new List<MergedCandidate>(count);
        var votes = new List<List<SourceVote>>(count);
        var longest = lists.Count == 0 ? 0 : lists.Max(list => list.Hits.Count);
        for (var depth = 0; depth < longest && chosen.Count < count; depth++)
        {
            foreach (var list in lists)
            {
                if (depth >= list.Hits.Count || chosen.Count == count)
                {
                    continue;
                }
                var itemIndex = list.Hits[depth].ItemIndex;
                if (places.TryAdd(itemIndex, chosen.Count))
                {
                    var itemVotes = new List<SourceVote>(lists.Count);
                    votes.Add(itemVotes);
                    chosen.Add(new MergedCandidate(itemIndex, itemVotes));
                }
            }
        }
        foreach (var list in lists)
        {
            for (var depth = 0; depth < list.Hits.Count; depth++)
            {
                var hit = list.Hits[depth];
                if (places.TryGetValue(hit.ItemIndex, out var place))
                {
                    votes[place].Add(new SourceVote(list.Source, hit.Score, depth + 1, hit.BecauseItemIndex));
                }
            }
        }
        return chosen;
    }
}

/// <summary>An item with what every source that retrieved it says of it, in the order of the sources.</summary>
/// <param name="ItemIndex">The item.</param>
/// <param name="Votes">At least one, one a source.</param>
public sealed record MergedCandidate(int ItemIndex, IReadOnlyList<SourceVote> Votes);

/// <summary>What one source says of an item.</summary>
/// <param name="Source">The source.</param>
/// <param name="Score">Its own score.</param>
/// <param name="Rank">The item's place in its list, from 1.</param>
/// <param name="BecauseItemIndex">The heard item that brought it; negative where there is none.</param>
public readonly record struct SourceVote(SourceKind Source, double Score, int Rank, int BecauseItemIndex);

/// <summary>What one source retrieved: distinct items, best first.</summary>
/// <param name="Source">The source.</param>
/// <param name="Hits">What it found.</param>
public sealed record SourceList(SourceKind Source, IReadOnlyList<SourceHit> Hits);

/// <summary>An item that a source retrieved.</summary>
/// <param name="ItemIndex">The item.</param>
/// <param name="Score">The source's own score, larger is better.</param>
/// <param name="BecauseItemIndex">The heard item that brought it; <see cref="NoItem"/> where the source has none to name.</param>
public readonly record struct SourceHit(int ItemIndex, double Score, int BecauseItemIndex = SourceHit.NoItem)
{
    /// <summary>Stands for no item.</summary>
    public const int NoItem = -1;
}

/// <summary>Where a candidate comes from. The numbers are those of the contracts' CandidateSource.</summary>
public enum SourceKind
{
    /// <summary>Implicit ALS: product of the user's and the item's factors.</summary>
    Als = 1,

    /// <summary>Cosine of item factors with what was heard last.</summary>
    Similar = 2,

    /// <summary>Distinct listeners.</summary>
    Popular = 3,

    /// <summary>Item-item neighbours of all that was heard.</summary>
    ItemNeighbors = 4,

    /// <summary>What the most similar users heard.</summary>
    UserNeighbors = 5,

    /// <summary>What followed the last tracks in other sessions (Markov).</summary>
    Next = 6,
}
