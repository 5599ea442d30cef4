namespace RecSys.Algorithms;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a small generator whose numbers never change with the runtime. One instance serves
/// one thread.
/// </summary>
/// <param name="state">Where the sequence begins. Give a seed and a stream number where several sequences are needed.</param>
public sealed class SplitMix(ulong state)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private ulong _state = state;

    /// <summary>
    /// One of many independent sequences of one seed: each user, row, sample or thread takes the stream of its number, so that
    /// what it draws depends on nothing else.
    /// </summary>
    /// <param name="seed">The seed that a person sets.</param>
    /// <param name="stream">The number of the stream.</param>
    public SplitMix(int seed, int stream)
        : this(Mix((ulong)(uint)seed << 32 | (uint)stream))
    {
    }

    /// <summary>A sequence of one seed for one purpose: draws for different purposes are independent although the seed is the same.</summary>
    /// <param name="seed">The seed that a person sets.</param>
    /// <param name="purpose">What is drawn, such as <c>folds</c>.</param>
    /// <param name="stream">The number of the stream, where a purpose has several.</param>
    public SplitMix(int seed, string purpose, int stream = 0)
        : this(Hash(seed, stream, purpose))
    {
    }

    /// <summary>The finaliser of SplitMix64: changes of any bit of the argument change half of the bits of the result.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A hash of a seed and a pair of indices: a draw that belongs to the pair and needs no generator.</summary>
    public static ulong Hash(int seed, int first, int second) =>
        Mix(Mix((uint)seed + Gamma) ^ (((ulong)(uint)first << 32) | (uint)second));

    /// <summary>A hash of two keys of any size.</summary>
    public static ulong Hash(long first, long second) => Mix(Mix((ulong)first + Gamma) ^ (ulong)second);

    private static ulong Hash(int seed, int stream, string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        var hash = Mix(((ulong)(uint)seed << 32 | (uint)stream) + Gamma);
        foreach (var letter in purpose)
        {
            hash = Mix((hash + Gamma) ^ letter);
        }

        return hash;
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        _state += Gamma;
        return Mix(_state);
    }

    /// <summary>A number from 0 to below 1, a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>A number above 0 up to 1, a multiple of 2⁻⁵³; its logarithm is finite.</summary>
    public double NextPositive() => ((Next() >> 11) + 1) * (1.0 / (1L << 53));

    /// <summary>A whole number from 0 to below <paramref name="limit"/>, which is at least 1.</summary>
    public int NextInt(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)(NextDouble() * limit);
    }

    /// <summary>A whole number from <paramref name="from"/> to below <paramref name="limit"/>.</summary>
    public int NextInt(int from, int limit) => from + NextInt(limit - from);

    /// <summary>Whether something happens that has this probability.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>One of the values, each as likely as the others.</summary>
    public T Pick<T>(IReadOnlyList<T> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values[NextInt(values.Count)];
    }

    /// <summary>Puts the values into a random order (Fisher–Yates); every order is equally likely.</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var last = values.Length - 1; last > 0; last--)
        {
            var other = NextInt(last + 1);
            (values[last], values[other]) = (values[other], values[last]);
        }
    }
}
