using System.Globalization;

namespace RecSys.Algorithms.Splits;

/// <summary>
/// A pair is test when a hash that mixes both of its keys is 0 modulo <c>modulus</c>, else train: like chance, but the same whenever
/// the pair is met again, whoever else is in the log. <see cref="HashSplit"/> is simpler to repeat, but takes the same items from all
/// users whose keys have the same remainder, so that what similar users heard says less than it would.
/// </summary>
/// <param name="userKeys">Number of each user index that stays the same from one log to the next.</param>
/// <param name="itemKeys">Number of each item index that stays the same from one log to the next.</param>
/// <param name="modulus">One pair in how many is test; at least 2.</param>
public sealed class PairHashSplit(long[] userKeys, long[] itemKeys, int modulus = 5) : ISplitter
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"hash, one pair in {modulus}");

    /// <inheritdoc/>
    public void Assign(InteractionLog log, Span<SplitSide> sides)
    {
        ArgumentNullException.ThrowIfNull(log);
        HashSplit.Check(log, userKeys, itemKeys, modulus);
        var users = log.UserIndices;
        var items = log.ItemIndices;
        for (var row = 0; row < users.Length; row++)
        {
            var hash = SplitMix.Hash(userKeys[users[row]], itemKeys[items[row]]);
            sides[row] = hash % (ulong)modulus == 0 ? SplitSide.Test : SplitSide.Train;
        }
    }
}
