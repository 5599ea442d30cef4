using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;

namespace RecSys.Ingest.Validation;

/// <summary>
/// Finds second reports of one play: two players that scrobble the same music, or a service that does beside its player, hardly ever give
/// it the same time. A listen that says how long its track lasts is a near-duplicate where another listen of the same user and track began
/// less than half of that time before or after it. Of the two the one that was stored first counts.
/// </summary>
internal sealed class NearDuplicates(ListenHistoryStore history, IOptions<IngestOptions> options)
{
    /// <summary>Why a near-duplicate is not stored.</summary>
    public const string Reason =
        "listen_time must not be within half of the track's length of another listen of the same user and track, which tells of the same play";

    /// <summary>Takes the near-duplicates out of good listens.</summary>
    /// <param name="listens">Good listens with track ids; loses those that are returned.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The near-duplicates; none where the settings keep them.</returns>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<Listen>> TakeAsync(List<Listen> listens, CancellationToken cancellationToken)
    {
        // Few producers say how long a track lasts, and the others cost nothing here.
        var places = options.Value.LeavesOutNearDuplicates
            ? Enumerable.Range(0, listens.Count).Where(place => listens[place].TrackLength is not null).ToArray()
            : [];
        if (places.Length == 0)
        {
            return [];
        }

        (RecentListenRow Listen, TimeSpan Within)[] plays =
        [
            .. places.Select(place => listens[place]).Select(listen => (
                new RecentListenRow(listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset()), listen.TrackLength.ToTimeSpan() / 2)),
        ];
        var stored = await history.FindNearAsync(plays, cancellationToken);
        var taken = new Dictionary<(string, string), List<DateTimeOffset>>();
        var near = new HashSet<int>();
        for (var i = 0; i < plays.Length; i++)
        {
            var (play, within) = plays[i];
            var times = taken.TryGetValue((play.UserId, play.TrackId), out var known) ? known : taken[(play.UserId, play.TrackId)] = [];
            if (stored.Contains(i) || times.Exists(time => time != play.ListenedAt && (time - play.ListenedAt).Duration() < within))
            {
                near.Add(places[i]);
            }
            else
            {
                times.Add(play.ListenedAt);
            }
        }

        var found = near.Order().Select(place => listens[place]).ToArray();
        var position = 0;
        listens.RemoveAll(_ => near.Contains(position++));
        return found;
    }
}
