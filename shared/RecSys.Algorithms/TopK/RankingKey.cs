namespace RecSys.Algorithms.TopK;

/// <summary>
/// A scored item as one number: the score's bits made monotone, above the complement of the item index. The larger key is the
/// better item, ties going to the lower index, and no two keys are equal.
/// </summary>
internal static class RankingKey
{
    public static ulong Of(int item, float score)
    {
        // Negative floats have their bits reversed in order, positive ones come above them; −0 becomes 0 first.
        var bits = BitConverter.SingleToInt32Bits(score + 0f);
        var monotone = (uint)(bits ^ ((bits >> 31) | int.MinValue));
        return ((ulong)monotone << 32) | ~(uint)item;
    }

    public static int ItemOf(ulong key) => (int)~(uint)key;

    public static float ScoreOf(ulong key)
    {
        var monotone = (int)(key >> 32);
        return BitConverter.Int32BitsToSingle(monotone ^ (~(monotone >> 31) | int.MinValue));
    }
}
