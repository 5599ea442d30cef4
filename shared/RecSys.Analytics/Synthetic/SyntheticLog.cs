using RecSys.Algorithms;
using RecSys.Lake;

namespace RecSys.Analytics.Synthetic;

/// <summary>
/// A generated log to try things with: listeners with tastes, artists with albums, few hits and a long tail, sessions at
/// the hours that people listen at, albums played in order, favourites played again, new listeners and new albums during
/// the year. Names are made up and can be read. It is fixed by its options.
/// </summary>
public sealed class SyntheticLog
{
    // A session begins in a slot of its own: at most 31 tracks of at most 290 s fit into it after a start in its first 20 minutes.
    internal static readonly TimeSpan SlotLength = TimeSpan.FromHours(3);
    internal const int SlotsPerDay = 8;
    private const int MaxSessionLength = 31;

    // The slots of a day, from 0 o'clock UTC: nights are quiet, evenings busy; late people are shifted by one or two slots.
    private static readonly WeightedChoice SlotOfDay = new([3.0, 1, 5, 9, 9, 12, 19, 12]);

    private SyntheticLog(IReadOnlyList<LakeTrack> tracks, IReadOnlyList<SyntheticListener> listeners, IReadOnlyList<LakeListen> listens)
    {
        Tracks = tracks;
        Listeners = listeners;
        Listens = listens;
    }

    /// <summary>The catalogue, in the order of artists, albums and album positions.</summary>
    public IReadOnlyList<LakeTrack> Tracks { get; }

    /// <summary>The listeners and the genres that they like.</summary>
    public IReadOnlyList<SyntheticListener> Listeners { get; }

    /// <summary>All listens, in the order of their times; no two have the same user and time.</summary>
    public IReadOnlyList<LakeListen> Listens { get; }

    /// <summary>Generates a log.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static SyntheticLog Generate(SyntheticLogOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.UserCount, 1, nameof(options.UserCount));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TrackCount, 100, nameof(options.TrackCount));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Days, 60, nameof(options.Days));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ListenCount, options.UserCount, nameof(options.ListenCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            options.ListenCount, (long)options.UserCount * options.Days * 4, nameof(options.ListenCount));

        var random = new SplitMix((ulong)options.Seed);
        var catalogue = SyntheticCatalogue.Generate(options.TrackCount, options.Days, random);
        var names = new NameBook(random);
        var favouriteGenres = new WeightedChoice(GenreWords.All.Select(_ => 0.4 + random.NextDouble()));
        var listenCounts = ListenCounts(options.UserCount, options.ListenCount, random);
        var lastDay = DateOnly.FromDateTime(options.EndsAt.UtcDateTime);
        var start = new DateTimeOffset(lastDay.AddDays(-options.Days), default, TimeSpan.Zero);
        var slotCount = (int)((options.EndsAt - start) / SlotLength);

        var listeners = new List<SyntheticListener>(options.UserCount);
        var listens = new List<LakeListen>(options.ListenCount);
        foreach (var listenCount in listenCounts)
        {
            var taste = new ListenerTaste(catalogue, favouriteGenres, random);
            var listener = new SyntheticListener(names.User(), [.. taste.Genres.Select(genre => GenreWords.All[genre].Name)]);
            var history = new ListenerHistory(catalogue, listener.UserId, taste, start, random);
            var lengths = SessionLengths(listenCount, random);
            var slots = SessionSlots(lengths.Count, slotCount, random);
            for (var i = 0; i < slots.Length; i++)
            {
                history.Play(slots[i], lengths[i], listens);
            }

            listeners.Add(listener);
        }

        listens.Sort((a, b) => a.ListenedAt != b.ListenedAt
            ? a.ListenedAt.CompareTo(b.ListenedAt)
            : string.CompareOrdinal(a.UserId, b.UserId));
        return new SyntheticLog(catalogue.Tracks, listeners, listens);
    }

    // Activity has a heavy tail (a truncated Pareto distribution); everybody listens at least once.
    private static int[] ListenCounts(int userCount, int listenCount, SplitMix random)
    {
        var weights = new double[userCount];
        foreach (ref var weight in weights.AsSpan())
        {
            weight = 1 / (random.NextDouble() + 0.05);
        }

        var unit = (listenCount - userCount) / weights.Sum();
        var counts = weights.Select(weight => 1 + (int)(weight * unit)).ToArray();
        var missing = listenCount - counts.Sum();
        for (var i = 0; i < missing; i++)
        {
            counts[i % userCount]++;
        }

        return counts;
    }

    private static List<int> SessionLengths(int listenCount, SplitMix random)
    {
        var lengths = new List<int>();
        for (var left = listenCount; left > 0;)
        {
            var length = 3;
            while (length < MaxSessionLength && random.Chance(0.9))
            {
                length++;
            }

            length = Math.Min(length, left);
            lengths.Add(length);
            left -= length;
        }

        return lengths;
    }

    // Half of the listeners are there from the start, the others come later; sessions are spread over the rest of the log.
    private static int[] SessionSlots(int sessionCount, int slotCount, SplitMix random)
    {
        var latest = Math.Min(slotCount * 9 / 10, slotCount - (sessionCount * 2));
        var first = latest > 0 && random.Chance(0.5) ? random.NextInt(latest) : 0;
        var shift = random.NextInt(4) switch { 0 => 1, 1 => 2, _ => 0 };
        var taken = new SortedSet<int>();
        while (taken.Count < sessionCount)
        {
            var day = (first + random.NextInt(slotCount - first)) / SlotsPerDay;
            var slot = (day * SlotsPerDay) + SlotOfDay.Draw(random) + shift;
            slot = slot < first || slot >= slotCount ? first + random.NextInt(slotCount - first) : slot;
            while (!taken.Add(slot))
            {
                slot = slot + 1 < slotCount ? slot + 1 : first;
            }
        }

        return [.. taken];
    }
}

/// <summary>The size of a generated log. The same options give the same log on every machine.</summary>
public sealed record SyntheticLogOptions
{
    /// <summary>Every listen lies before this time.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Seed of all randomness. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Listeners, from 1. Default: 1,000.</summary>
    public int UserCount { get; init; } = 1_000;

    /// <summary>Tracks of the catalogue, from 100. Default: 5,000.</summary>
    public int TrackCount { get; init; } = 5_000;

    /// <summary>Listens, from <see cref="UserCount"/> to 10,000 for each user. Default: 300,000.</summary>
    public int ListenCount { get; init; } = 300_000;

    /// <summary>Days over which the log extends, from 60. Default: 365.</summary>
    public int Days { get; init; } = 365;
}
