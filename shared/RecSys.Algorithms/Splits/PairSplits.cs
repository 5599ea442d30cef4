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
    public void Assign(InteractionRows log, Span<SplitSide> sides)
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
    internal static void Check(InteractionRows log, long[] userKeys, long[] itemKeys, int modulus)
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
    public void Assign(InteractionRows log, Span<SplitSide> sides)
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

/// <summary>
/// A random share of each user's distinct items is test; all rows of one (user, item) pair go to one side. Depends only on the
/// seed and the pairs, not on the order of rows or on other users. A user keeps at least one train item.
/// </summary>
/// <param name="testShare">Share of each user's items, rounded to the nearest whole number; between 0 and 1.</param>
/// <param name="seed">Seed of the draw.</param>
public sealed class RandomByUserSplit(double testShare = 0.2, int seed = 0) : ISplitter
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"random {testShare} of each user, seed {seed}");

    /// <inheritdoc/>
    public void Assign(InteractionRows log, Span<SplitSide> sides)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (!(testShare > 0 && testShare < 1))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The test share is {testShare}; give a value between 0 and 1, such as 0.2.");
        }

        var starts = log.GroupByUser(out var rows);
        var items = log.ItemIndices;
        var drawn = new List<(ulong Draw, int Item)>();
        var isTest = new HashSet<int>();
        for (var user = 0; user < log.UserCount; user++)
        {
            drawn.Clear();
            isTest.Clear();
            var userRows = rows.AsSpan(starts[user], starts[user + 1] - starts[user]);
            foreach (var row in userRows)
            {
                if (isTest.Add(items[row]))
                {
                    drawn.Add((SplitMix.Hash(seed, user, items[row]), items[row]));
                }
            }

            drawn.Sort();
            isTest.Clear();
            var testCount = Math.Min((int)Math.Round(testShare * drawn.Count, MidpointRounding.AwayFromZero), drawn.Count - 1);
            for (var i = 0; i < testCount; i++)
            {
                isTest.Add(drawn[i].Item);
            }

            foreach (var row in userRows)
            {
                sides[row] = isTest.Contains(items[row]) ? SplitSide.Test : SplitSide.Train;
            }
        }
    }
}
