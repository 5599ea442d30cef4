using RecSys.Algorithms.Candidates;
using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;

namespace RecSys.Candidate.Retrieval;

/// <summary>Puts what is known of a user's listening together: the model's own rows and the request's history.</summary>
internal static class ListeningProfile
{
    /// <summary>
    /// Adds the request's listens to the model's. A listen is news when its track is not among the user's in the model,
    /// however old it is, or when it was heard after the training began: the model cannot hold it. Any other is taken to be
    /// in the model already.
    /// </summary>
    public static ListenerProfile From(GetCandidatesRequest request, CandidateModel model)
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

    private static DateTimeOffset TimeOf(RecentListen listen) => listen.ListenTime.ToDateTimeOffset();

    private static uint PlaysOf(RecentListen listen) => Math.Max(1, listen.PlayCount);
}
