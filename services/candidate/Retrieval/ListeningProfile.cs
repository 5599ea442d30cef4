using RecSys.Candidate.Models;
using RecSys.Contracts.Candidate.V1;

namespace RecSys.Candidate.Retrieval;

/// <summary>What is known of a user's listening in one request: the model's own rows and the request's history together.</summary>
internal sealed class ListeningProfile
{
    private readonly List<int> _items = [];
    private readonly List<float> _plays = [];

    private ListeningProfile(int userIndex, int[] recentItems) => (UserIndex, RecentItems) = (userIndex, recentItems);

    /// <summary>The user's row in the model; negative when the model doesn't know the user.</summary>
    public int UserIndex { get; }

    public bool IsKnownUser => UserIndex >= 0;

    /// <summary>
    /// Distinct items of the history that the model knows, the latest first; of those at the same moment (a log without
    /// times gives all the same) the most played first.
    /// </summary>
    public int[] RecentItems { get; }

    /// <summary>Whether the history holds listens that the model was not trained on.</summary>
    public bool HasNews { get; private set; }

    /// <summary>All items heard, each once.</summary>
    public List<int> Items => _items;

    /// <summary>Plays of each of <see cref="Items"/>.</summary>
    public List<float> Plays => _plays;

    /// <summary>
    /// Adds the request's listens to the model's. A listen is news when its track is not among the user's in the model,
    /// however old it is, or when it was heard after the training began: the model cannot hold it. Any other is taken to be
    /// in the model already.
    /// </summary>
    public static ListeningProfile From(GetCandidatesRequest request, CandidateModel model)
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

        var profile = new ListeningProfile(userIndex, [.. recent]) { HasNews = newPlays.Count > 0 };
        for (var place = 0; place < known.Length; place++)
        {
            newPlays.Remove(known[place], out var added);
            profile.Add(known[place], model.Heard.PlaysAt(userIndex, place) + added);
        }

        foreach (var (item, plays) in newPlays)
        {
            profile.Add(item, plays);
        }

        return profile;
    }

    private static DateTimeOffset TimeOf(RecentListen listen) => listen.ListenTime.ToDateTimeOffset();

    private static uint PlaysOf(RecentListen listen) => Math.Max(1, listen.PlayCount);

    private void Add(int item, float plays)
    {
        _items.Add(item);
        _plays.Add(plays);
    }
}
