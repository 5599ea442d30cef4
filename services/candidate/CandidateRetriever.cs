using RecSys.Algorithms;
using RecSys.Algorithms.Candidates;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;
using RecSys.Contracts.Common.V1;
using RecSys.Hosting;

namespace RecSys.Candidate;

/// <summary>Puts what is known of a user's listening together, asks every source, and merges what they bring.</summary>
/// <param name="deletions">Who is not to be found in a version any more.</param>
internal sealed class CandidateRetriever(KnownDeletions deletions)
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
        model.Heed(deletions.Current);
        var profile = ProfileOf(request, model);
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

    /// <summary>
    /// Adds the request's listens to the model's. A listen is news when its track is not among the user's in the model,
    /// however old it is, or when it was heard after the training began: the model cannot hold it. Any other is taken to be
    /// in the model already.
    /// </summary>
    internal static ListenerProfile ProfileOf(GetCandidatesRequest request, CandidateModel model)
    {
        var userIndex = model.TryGetUser(request.UserId, out var index) ? index : -1;
        var known = userIndex >= 0 ? model.Heard.ItemsOf(userIndex) : [];
        var recent = new List<int>();
        var seen = new HashSet<int>();
        var newPlays = new Dictionary<int, float>();
        foreach (var listen in request.History.OrderByDescending(TimeOf).ThenByDescending(PlaysOf))
        {
            if (!model.TryGetItem(listen.TrackId, out var item))
            {
                continue;
            }

            if (seen.Add(item))
            {
                recent.Add(item);
            }

            if (TimeOf(listen) > model.TrainedAt || known.BinarySearch(item) < 0)
            {
                newPlays[item] = newPlays.GetValueOrDefault(item) + PlaysOf(listen);
            }
        }

        var hasNews = newPlays.Count > 0;
        var items = new List<int>(known.Length + newPlays.Count);
        var plays = new List<float>(known.Length + newPlays.Count);
        for (var place = 0; place < known.Length; place++)
        {
            newPlays.Remove(known[place], out var added);
            items.Add(known[place]);
            plays.Add(model.Heard.PlaysAt(userIndex, place) + added);
        }

        items.AddRange(newPlays.Keys);
        plays.AddRange(newPlays.Values);
        return new ListenerProfile
        {
            UserIndex = userIndex,
            Items = [.. items],
            Plays = [.. plays],
            RecentItems = [.. recent],
            HasNews = hasNews,
        };
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

    private static DateTimeOffset TimeOf(RecentListen listen) => listen.ListenTime.ToDateTimeOffset();

    private static uint PlaysOf(RecentListen listen) => Math.Max(1, listen.PlayCount);
}
