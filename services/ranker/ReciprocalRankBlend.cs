using System.Globalization;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;

namespace RecSys.Ranker;

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

/// <summary>How much each source counts in the blend, and how fast a source's vote falls with its rank.</summary>
/// <param name="Als">Weight of implicit ALS, 0 or more.</param>
/// <param name="Similar">Weight of tracks similar to what was heard recently, 0 or more.</param>
/// <param name="Popular">Weight of popularity, 0 or more.</param>
/// <param name="RankConstant">Ranks by which a source's vote has fallen to about half, above 0.</param>
internal sealed record BlendWeights(double Als, double Similar, double Popular, double RankConstant)
{
    /// <summary>Keys in a model version's settings, in the order of the constructor.</summary>
    internal const string AlsKey = "blend.als";
    internal const string SimilarKey = "blend.similar";
    internal const string PopularKey = "blend.popular";
    internal const string RankConstantKey = "blend.rank_constant";

    /// <summary>The sum of the weights: the score of a candidate that is first in every source, before it is divided out.</summary>
    public double Total => Als + Similar + Popular;

    /// <summary>Whether every weight is a finite number of at least 0, one is above 0 and the rank constant is above 0.</summary>
    public bool AreValid =>
        IsWeight(Als) && IsWeight(Similar) && IsWeight(Popular) && Total > 0 && double.IsFinite(Total)
        && double.IsFinite(RankConstant) && RankConstant > 0;

    /// <summary>The configured weights.</summary>
    public static BlendWeights Of(RankerOptions options) =>
        new(options.AlsWeight, options.SimilarWeight, options.PopularWeight, options.RankConstant);

    /// <summary>The weight of a source; 0 for one that this version of the service doesn't know.</summary>
    public double Of(CandidateSource source) => source switch
    {
        CandidateSource.Als => Als,
        CandidateSource.Similar => Similar,
        CandidateSource.Popular => Popular,
        _ => 0,
    };

    /// <summary>
    /// The weights that a model version was trained with; a key that its settings lack keeps the value of
    /// <paramref name="defaults"/>. Null when a value is no number or the weights together make no blend.
    /// </summary>
    public static BlendWeights? FromSettings(IReadOnlyDictionary<string, string> settings, BlendWeights defaults)
    {
        if (!TryRead(settings, AlsKey, defaults.Als, out var als)
            || !TryRead(settings, SimilarKey, defaults.Similar, out var similar)
            || !TryRead(settings, PopularKey, defaults.Popular, out var popular)
            || !TryRead(settings, RankConstantKey, defaults.RankConstant, out var rankConstant))
        {
            return null;
        }

        var weights = new BlendWeights(als, similar, popular, rankConstant);
        return weights.AreValid ? weights : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"ALS {Als}, similar {Similar}, popular {Popular}, rank constant {RankConstant}");

    private static bool IsWeight(double value) => double.IsFinite(value) && value >= 0;

    private static bool TryRead(IReadOnlyDictionary<string, string> settings, string key, double fallback, out double value)
    {
        if (!settings.TryGetValue(key, out var text))
        {
            value = fallback;
            return true;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
