using System.Diagnostics;
using BitFaster.Caching;
using BitFaster.Caching.Lru;
using RecSys.Contracts;
using RecSys.Contracts.Events.V1;
using RecSys.Data.Histories;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace RecSys.Ingest.Acceptance;

/// <summary>
/// Gives listens what the catalogue knows: the id of a track that came with artist and title only, and the played share of one that
/// came with a duration. Names that the catalogue doesn't have are entered. A batch costs one query, or none when all of it was
/// looked up lately, and one more where tracks are entered.
/// </summary>
internal sealed class TrackResolver(TrackStore tracks)
{
    /// <summary>Names and ids that are remembered, of each; about 20 MB in all.</summary>
    private const int Remembered = 100_000;

    /// <summary>How long: a track that is put into the catalogue under its own id takes the place of an entered one after this.</summary>
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    private readonly ICache<string, KnownTrack> _byNameKey = CreateCache();
    private readonly ICache<string, KnownTrack> _byId = CreateCache();

    /// <summary>Completes listens that keep the rules, in place.</summary>
    /// <exception cref="Data.DatabaseUnavailableException">The database does not answer; nothing is completed.</exception>
    public async Task CompleteAsync(IReadOnlyList<Listen> listens, CancellationToken cancellationToken)
    {
        var named = listens.Where(listen => listen.TrackId.Length == 0).Select(listen => (Listen: listen, Key: KeyOf(listen))).ToArray();
        var timed = listens.Where(listen => listen.TrackId.Length > 0 && NeedsLength(listen)).ToArray();
        if (named.Length > 0 || timed.Length > 0)
        {
            var known = await FindAsync(named, timed, cancellationToken);
            foreach (var (listen, key) in named)
            {
                var track = known.ByNameKey[key];
                listen.TrackId = track.TrackId;
                SetLength(listen, track);
            }

            foreach (var listen in timed)
            {
                SetLength(listen, known.ById.GetValueOrDefault(listen.TrackId));
            }
        }

        foreach (var listen in listens)
        {
            SetShare(listen);
        }
    }

    private static ICache<string, KnownTrack> CreateCache() => new ConcurrentLruBuilder<string, KnownTrack>()
        .WithKeyComparer(StringComparer.Ordinal).WithCapacity(Remembered).WithExpireAfterWrite(RememberedFor).Build();

    private async Task<Known> FindAsync((Listen Listen, string Key)[] named, Listen[] timed, CancellationToken cancellationToken)
    {
        var known = new Known();
        var unknownNames = new Dictionary<string, Listen>(StringComparer.Ordinal);
        foreach (var (listen, key) in named)
        {
            if (_byNameKey.TryGet(key, out var track))
            {
                known.ByNameKey[key] = track;
            }
            else
            {
                unknownNames.TryAdd(key, listen);
            }
        }

        var unknownIds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var listen in timed)
        {
            if (_byId.TryGet(listen.TrackId, out var track))
            {
                known.ById[listen.TrackId] = track;
            }
            else
            {
                unknownIds.Add(listen.TrackId);
            }
        }

        var found = await tracks.FindAsync(unknownIds, unknownNames.Keys, cancellationToken);
        foreach (var id in unknownIds)
        {
            Remember(_byId, known.ById, id, new KnownTrack(id, found.ById.GetValueOrDefault(id)?.Duration));
        }

        await tracks.AddNewAsync(
            [.. unknownNames.Where(name => !found.ByNameKey.ContainsKey(name.Key)).Select(name => NewTrack(name.Key, name.Value))], cancellationToken);
        foreach (var (key, listen) in unknownNames)
        {
            var track = found.ByNameKey.GetValueOrDefault(key) ?? NewTrack(key, listen);
            Remember(_byNameKey, known.ByNameKey, key, new KnownTrack(track.TrackId, track.Duration));
        }

        return known;
    }

    private static void Remember(ICache<string, KnownTrack> cache, Dictionary<string, KnownTrack> known, string key, KnownTrack track)
    {
        cache.AddOrUpdate(key, track);
        known[key] = track;
    }

    private static TrackRow NewTrack(string key, Listen listen) => new(
        TrackNameKey.ToTrackId(key), listen.Title.Trim(), listen.Artist.Trim(), listen.Album.Trim(), [], listen.TrackLength?.ToTimeSpan());

    private static string KeyOf(Listen listen) =>
        TrackNameKey.Of(listen.Artist, listen.Title) ?? throw new UnreachableException("A listen without a track_id and without names keeps no rule.");

    private static bool NeedsLength(Listen listen) => !listen.HasPlayedShare && listen is { PlayedDuration: not null, TrackLength: null };

    private static void SetLength(Listen listen, KnownTrack? track)
    {
        if (listen.TrackLength is null && track?.Length is { } length)
        {
            listen.TrackLength = Duration.FromTimeSpan(length);
        }
    }

    /// <summary>Players that count pauses, or hear the end twice, say more than the track lasts.</summary>
    private static void SetShare(Listen listen)
    {
        if (!listen.HasPlayedShare && listen is { PlayedDuration: { } played, TrackLength: { } length })
        {
            listen.PlayedShare = (float)Math.Min(1, played.ToTimeSpan() / length.ToTimeSpan());
        }
    }

    private sealed record KnownTrack(string TrackId, TimeSpan? Length);

    /// <summary>What a batch needs to know; a cache may forget meanwhile.</summary>
    private sealed class Known
    {
        public Dictionary<string, KnownTrack> ByNameKey { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, KnownTrack> ById { get; } = new(StringComparer.Ordinal);
    }
}
