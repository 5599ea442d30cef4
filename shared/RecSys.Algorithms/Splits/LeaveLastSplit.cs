using System.Globalization;

namespace RecSys.Algorithms.Splits;

/// <summary>
/// The last rows of each user by time are test (rows of one time in the log's order). A user keeps at least one train row:
/// one with no more rows than are left out stays in train as a whole.
/// </summary>
/// <param name="count">How many rows of each user are test; at least 1.</param>
public sealed class LeaveLastSplit(int count = 1) : ISplitter
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"leave last {count}");

    /// <inheritdoc/>
    public void Assign(InteractionLog log, Span<SplitSide> sides)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (count < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"{count} rows of each user can't be left out; give 1 or more.");
        }

        if (!log.HasTimes)
        {
            _ = log.Times;
        }

        var starts = log.GroupByUser(out var rows);
        sides.Fill(SplitSide.Train);
        for (var user = 0; user < log.UserCount; user++)
        {
            if (starts[user + 1] - starts[user] <= count)
            {
                continue;
            }

            foreach (var row in rows.AsSpan(starts[user + 1] - count, count))
            {
                sides[row] = SplitSide.Test;
            }
        }
    }
}
