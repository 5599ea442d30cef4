using System.Globalization;

namespace RecSys.Algorithms.Splits;

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
    public void Assign(InteractionLog log, Span<SplitSide> sides)
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
