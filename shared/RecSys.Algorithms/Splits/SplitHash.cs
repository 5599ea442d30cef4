namespace RecSys.Algorithms.Splits;

/// <summary>Draws that depend only on a seed and a (user, item) pair: the finaliser of SplitMix64 (Steele et al. 2014).</summary>
internal static class SplitHash
{
    public static ulong Mix(int seed, int userIndex, int itemIndex)
    {
        var pair = ((ulong)(uint)userIndex << 32) | (uint)itemIndex;
        return Finalize(Finalize((uint)seed + 0x9E3779B97F4A7C15UL) ^ pair);
    }

    /// <summary>Of keys of any size.</summary>
    public static ulong Mix(long userKey, long itemKey) => Finalize(Finalize((ulong)userKey + 0x9E3779B97F4A7C15UL) ^ (ulong)itemKey);

    private static ulong Finalize(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
