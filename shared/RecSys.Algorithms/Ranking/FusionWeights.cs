using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Ranking.Features;

namespace RecSys.Algorithms.Ranking;

/// <summary>
/// Weighted reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): Σ_s w_s · (k + 1) / (k + rank_s) over the sources
/// that retrieved a track. With so few numbers it can be fitted to a handful of users; the trees start from it.
/// </summary>
public sealed class FusionWeights
{
    private static readonly SourceKind[] Sources = Enum.GetValues<SourceKind>();

    private readonly float[] _weights = new float[RankingFeatures.SourceSlots];

    /// <param name="rankConstant">k: ranks by which a vote has fallen to about half; above 0.</param>
    /// <param name="weights">The weight of each source, 0 or more; a source that is missing has none.</param>
    /// <exception cref="AlgorithmException">A number is out of range.</exception>
    public FusionWeights(float rankConstant, IReadOnlyDictionary<SourceKind, float> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var (source, weight) in weights)
        {
            if (!(weight >= 0 && float.IsFinite(weight)) || !Sources.Contains(source))
            {
                throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The weight of source {source} is {weight}; give a number of 0 or more.");
            }

            _weights[(int)source] = weight;
        }

        RankConstant = rankConstant > 0 && float.IsFinite(rankConstant)
            ? rankConstant
            : throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The rank constant is {rankConstant}; give a number above 0.");
    }

    /// <summary>k.</summary>
    public float RankConstant { get; }

    /// <summary>The weight of a source.</summary>
    public float this[SourceKind source] => (int)source < _weights.Length ? _weights[(int)source] : 0;

    /// <summary>What one source's place adds.</summary>
    public float Vote(SourceKind source, int rank) => this[source] * (RankConstant + 1) / (RankConstant + rank);

    /// <summary>The score of a candidate.</summary>
    public float Score(IReadOnlyList<SourceVote> votes)
    {
        ArgumentNullException.ThrowIfNull(votes);
        var score = 0f;
        foreach (var vote in votes)
        {
            score += Vote(vote.Source, vote.Rank);
        }

        return score;
    }

    /// <summary>The same with every weight times a factor.</summary>
    public FusionWeights Scaled(float factor) => new(RankConstant, Sources.ToDictionary(source => source, source => this[source] * factor));
}
