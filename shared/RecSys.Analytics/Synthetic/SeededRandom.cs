namespace RecSys.Analytics.Synthetic;

/// <summary>SplitMix64: a small generator whose sequence for a seed never changes with the runtime.</summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 to below <paramref name="limit"/>.</summary>
    public int Next(int limit) => (int)(NextDouble() * limit);

    /// <summary>A whole number from <paramref name="from"/> to below <paramref name="limit"/>.</summary>
    public int Next(int from, int limit) => from + Next(limit - from);

    public bool Chance(double probability) => NextDouble() < probability;

    public T Pick<T>(IReadOnlyList<T> values) => values[Next(values.Count)];
}
