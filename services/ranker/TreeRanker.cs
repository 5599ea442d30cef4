using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Algorithms.Features;
using RecSys.Algorithms.Trees;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Contracts.Ranker.V1;

namespace RecSys.Ranker;

/// <summary>Orders candidates by a version's trees, over the features that they were trained on.</summary>
/// <param name="ensemble">The trees.</param>
/// <param name="features">Makes rows of candidates.</param>
/// <param name="items">The item index of each track id.</param>
internal sealed class TreeRanker(TreeEnsemble ensemble, FeatureBuilder features, IReadOnlyDictionary<string, int> items)
{
    private const int UnknownItem = -1;

    /// <summary>Number of trees.</summary>
    public int TreeCount => ensemble.TreeCount;

    /// <summary>
    /// Whether a request says anything of its user: a listen of a track that the version knows, or a source that looked at the user. Trees
    /// learn from users who are known; the popular tracks of a stranger they would put into an order by chance.
    /// </summary>
    public bool KnowsUserOf(RankRequest request) =>
        request.History.Any(listen => items.ContainsKey(listen.TrackId))
        || request.Candidates.Any(candidate => candidate.Sources.Any(source => source.Source != CandidateSource.Popular));

    /// <summary>The best candidates, best first; equal scores keep the order of the request.</summary>
    /// <param name="request">Checked.</param>
    /// <param name="now">When the list is asked for, unless the request says.</param>
    /// <param name="count">How many to return.</param>
    public RankedTrack[] Order(RankRequest request, DateTimeOffset now, int count)
    {
        var candidates = new MergedCandidate[request.Candidates.Count];
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = ToCandidate(request.Candidates[i]);
        }

        var width = FeatureBuilder.FeatureCount;
        var rows = new float[candidates.Length * width];
        var margins = new float[candidates.Length];
        features.Build(HistoryOf(request), UnixMicroseconds.From(request.AskTime?.ToDateTimeOffset() ?? now), candidates, rows);
        ensemble.Score(rows, margins);
        var best = Enumerable.Range(0, margins.Length).OrderByDescending(i => margins[i]).Take(count);
        return
        [
            .. best.Select(i =>
            {
                var track = new RankedTrack { TrackId = request.Candidates[i].TrackId, Score = margins[i] };
                if (request.Explain)
                {
                    Explain(track, rows.AsSpan(i * width, width));
                }

                return track;
            }),
        ];
    }

    private void Explain(RankedTrack track, ReadOnlySpan<float> row)
    {
        var contributions = new double[row.Length];
        track.Bias = ensemble.Explain(row, contributions);
        foreach (var feature in Enumerable.Range(0, contributions.Length).OrderByDescending(f => Math.Abs(contributions[f])))
        {
            if (contributions[feature] == 0)
            {
                break;
            }

            var contribution = new FeatureContribution { Feature = RankingFeatures.All[feature].Name, Contribution = contributions[feature] };
            if (!float.IsNaN(row[feature]))
            {
                contribution.Value = row[feature];
            }

            track.Features.Add(contribution);
        }
    }

    private MergedCandidate ToCandidate(CandidateTrack track) => new(
        items.GetValueOrDefault(track.TrackId, UnknownItem),
        [.. track.Sources.Select(source => new SourceVote((SourceKind)source.Source, source.Score, source.Rank, UnknownItem))]);

    // Ascending in time; tracks that the version does not know say nothing, as in training.
    private UserListens HistoryOf(RankRequest request)
    {
        var known = request.History
            .Where(listen => items.ContainsKey(listen.TrackId))
            .OrderBy(listen => listen.ListenTime.Seconds).ThenBy(listen => listen.ListenTime.Nanos)
            .ToArray();
        return new UserListens(
            Array.ConvertAll(known, listen => items[listen.TrackId]),
            Array.ConvertAll(known, listen => UnixMicroseconds.From(listen.ListenTime.ToDateTimeOffset())),
            Array.ConvertAll(known, listen => listen.HasPlayedShare ? listen.PlayedShare : float.NaN),
            Array.ConvertAll(known, listen => (float)Math.Max(1, listen.PlayCount)));
    }

}
