using System.Globalization;

namespace RecSys.Algorithms.Splits;

/// <summary>
/// A pair is test when (user key · 1,000,003 + item key) mod <c>modulus</c> is 0, else train. Keys are the numeric ids of
/// users and items in their source, so that any program can repeat the split without sharing a file.
/// </summary>
/// <param name="userKeys">Numeric id of each user index, at least 0.</param>
/// <param name="itemKeys">Numeric id of each item index, at least 0.</param>
/// <param name="modulus">One pair in how many is test; at least 2.</param>
public sealed class HashSplit(long[] userKeys, long[] itemKeys, int modulus = 5) : ISplitter
{
    private const long UserFactor = 1_000_003;

    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"hash, one pair in {modulus}");

    /// <inheritdoc/>
    public void Assign(InteractionLog log, Span<SplitSide> sides)
    {
        ArgumentNullException.ThrowIfNull(log);
        Check(log, userKeys, itemKeys, modulus);
        var users = log.UserIndices;
        var items = log.ItemIndices;
        for (var row = 0; row < users.Length; row++)
        {
            // The remainder of a sum of remainders doesn't overflow, whatever the keys are.
            var user = (ulong)userKeys[users[row]] % (ulong)modulus;
            var item = (ulong)itemKeys[items[row]] % (ulong)modulus;
            sides[row] = ((user * (ulong)(UserFactor % modulus)) + item) % (ulong)modulus == 0 ? SplitSide.Test : SplitSide.Train;
        }
    }

    /// <summary>Throws when there is no key for each user and item, or the modulus leaves nothing to train on.</summary>
    internal static void Check(InteractionLog log, long[] userKeys, long[] itemKeys, int modulus)
    {
        if (modulus < 2)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The modulus is {modulus}; give 2 or more, such as 5 for one test pair in five.");
        }

        if (userKeys.Length != log.UserCount || itemKeys.Length != log.ItemCount)
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"The split has keys of {userKeys.Length} users and {itemKeys.Length} items; the log has {log.UserCount} and {log.ItemCount}.");
        }
    }
}
