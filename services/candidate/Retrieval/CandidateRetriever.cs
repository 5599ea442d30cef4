using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;

namespace RecSys.Candidate.Retrieval;

/// <summary>Asks every source and merges what they bring.</summary>
internal sealed class CandidateRetriever
{
    /// <param name="model">The version to answer from.</param>
    /// <param name="request">Checked.</param>
    /// <param name="candidateCount">How many candidates to return.</param>
    /// <param name="sources">Whom to ask.</param>
    /// <param name="cancellationToken">Fires when nobody waits for the answer any more.</param>
    public GetCandidatesResponse Retrieve(
        CandidateModel model,
        GetCandidatesRequest request,
        int candidateCount,
        IReadOnlyCollection<CandidateSource> sources,
        CancellationToken cancellationToken)
    {
        var profile = ListeningProfile.From(request, model);
        var denied = Denied(model, request, profile);
        var foldsIn = sources.Contains(CandidateSource.Als) && profile.HasNews;
        var lists = model.Finder.Retrieve(
            profile, denied, candidateCount, [.. sources.Select(source => (SourceKind)source)], cancellationToken);

        var response = new GetCandidatesResponse
        {
            ModelVersion = model.Version,
            KnownUser = profile.IsKnownUser,
            FactorsFromHistory = foldsIn,
        };
        foreach (var candidate in CandidateMerger.Merge(lists, candidateCount))
        {
            response.Candidates.Add(ToContract(candidate, model));
        }

        return response;
    }

    private static ItemSet Denied(CandidateModel model, GetCandidatesRequest request, ListenerProfile profile)
    {
        var items = new List<int>();
        if (!request.IncludeHeard)
        {
            items.AddRange(profile.Items);
            items.AddRange(profile.RecentItems);
        }

        foreach (var trackId in request.ExcludedTrackIds)
        {
            if (model.TryGetItem(trackId, out var item))
            {
                items.Add(item);
            }
        }

        return new ItemSet(model.ItemCount, items.ToArray());
    }

    private static CandidateTrack ToContract(MergedCandidate candidate, CandidateModel model)
    {
        var track = new CandidateTrack { TrackId = model.TrackIdOf(candidate.ItemIndex) };
        foreach (var vote in candidate.Votes)
        {
            track.Sources.Add(new SourceScore
            {
                Source = (CandidateSource)vote.Source,
                Score = vote.Score,
                Rank = vote.Rank,
                BecauseTrackId = vote.BecauseItemIndex >= 0 ? model.TrackIdOf(vote.BecauseItemIndex) : "",
            });
        }

        return track;
    }
}
