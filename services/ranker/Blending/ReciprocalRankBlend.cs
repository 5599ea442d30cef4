using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Ranker.V1;

namespace RecSys.Ranker.Blending;

/// <summary>
/// Weighted reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), scaled to 0…1. Ranks rather than scores are
/// blended, because the sources' scores have different units: a dot product, a cosine, a number of listeners.
/// </summary>
internal static class ReciprocalRankBlend
{
    /// <summary>The <paramref name="count"/> best candidates, best first; equal scores keep the order of the request.</summary>
    public static RankedTrack[] Order(IReadOnlyList<CandidateTrack> candidates, BlendWeights weights, int count)
    {
        var ranked = new RankedTrack[candidates.Count];
        var positions = new int[candidates.Count];
        for (var i = 0; i < ranked.Length; i++)
        {
            ranked[i] = Score(candidates[i], weights);
            positions[i] = i;
        }
        Array.Sort(positions, (left, right) =>
        {
            var byScore = ranked[right].Score.CompareTo(ranked[left].Score);
            return byScore != 0 ? byScore : left.CompareTo(right);
        });
        return [.. positions.Take(count).Select(position => ranked[position])];
    }

    /// <summary>Says of tracks that something else has ordered what each source would add to the blend.</summary>
    public static void AddContributions(
        IReadOnlyList<RankedTrack> tracks, IReadOnlyList<CandidateTrack> candidates, BlendWeights weights)
    {
        var byTrack = candidates.ToDictionary(candidate => candidate.TrackId, StringComparer.Ordinal);
        foreach (var track in tracks)
        {
            track.Contributions.Add(Score(byTrack[track.TrackId], weights).Contributions);
        }
    }

    // score(i) = sum over sources s of w_s / W * (k + 1) / (k + rank_s(i)), where W is the sum of all weights and k the
    // rank constant: 1 for first place in every source, and a source that did not bring the track adds nothing.
    private static RankedTrack Score(CandidateTrack candidate, BlendWeights weights)
    {
        var track = new RankedTrack { TrackId = candidate.TrackId };
        foreach (var source in candidate.Sources)
        {
            var contribution = weights.Of(source.Source) / weights.Total
                * (weights.RankConstant + 1) / (weights.RankConstant + source.Rank);
            track.Contributions.Add(new SourceContribution { Source = source.Source, Contribution = contribution });
            track.Score += contribution;
        }
        return track;
    }
}
