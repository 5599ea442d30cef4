using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using RecSys.Ingest.Acceptance;
using RecSys.Ingest.Consumers;

namespace RecSys.Ingest.Validation;

/// <summary>
/// Finds second reports of one play: two players that scrobble the same music, or a service that does beside its player, hardly ever give
/// it the same time. A listen that says how long its track lasts is a near-duplicate where another producer's listen of the same user and
/// track began less than half of that time before or after it. Of the two the one that was stored first counts.
/// </summary>
internal sealed class NearDuplicates(ListenHistoryStore history, IOptions<IngestOptions> options)
{
    /// <summary>Why a near-duplicate is not stored.</summary>
    public const string Reason =
        "listen_time must not be within half of the track's length of another producer's listen of the same user and track, which tells of the same play";

    /// <summary>A few bits of a producer's name, the same in every process; 0 for none.</summary>
    public static short CodeOf(string producer) => producer.Length == 0 ? (short)0 : unchecked((short)KnownEvents.HashOf(producer)) is var code and not 0 ? code : (short)1;

    /// <summary>Takes the near-duplicates out of good listens.</summary>
    /// <param name="listens">Good listens with track ids; loses those that are returned.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The near-duplicates; none where the settings keep them.</returns>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<IReadOnlyList<ArrivedEvent<Listen>>> TakeAsync(List<ArrivedEvent<Listen>> listens, CancellationToken cancellationToken)
    {
        // Few producers say how long a track lasts, and the others cost nothing here.
        var places = options.Value.LeavesOutNearDuplicates
            ? Enumerable.Range(0, listens.Count).Where(place => listens[place] is { Producer.Length: > 0, Event.TrackLength: not null }).ToArray()
            : [];
        if (places.Length == 0)
        {
            return [];
        }

        (RecentListenRow Listen, TimeSpan Within)[] plays =
        [
            .. places.Select(place => listens[place]).Select(arrived => (
                new RecentListenRow(arrived.Event.UserId, arrived.Event.TrackId, arrived.Event.ListenTime.ToDateTimeOffset())
                {
                    ProducerCode = CodeOf(arrived.Producer),
                },
                arrived.Event.TrackLength.ToTimeSpan() / 2)),
        ];
        var stored = await history.FindNearAsync(plays, cancellationToken);
        var taken = new Dictionary<(string, string), List<RecentListenRow>>();
        var near = new HashSet<int>();
        for (var i = 0; i < plays.Length; i++)
        {
            var (play, within) = plays[i];
            var others = taken.TryGetValue((play.UserId, play.TrackId), out var known) ? known : taken[(play.UserId, play.TrackId)] = [];
            if (stored.Contains(i) || others.Exists(other => play.IsNear(other, within)))
            {
                near.Add(places[i]);
            }
            else
            {
                others.Add(play);
            }
        }

        var found = near.Order().Select(place => listens[place]).ToArray();
        var position = 0;
        listens.RemoveAll(_ => near.Contains(position++));
        return found;
    }
}
