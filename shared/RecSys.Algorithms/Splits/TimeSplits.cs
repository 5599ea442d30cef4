using System.Globalization;

namespace RecSys.Algorithms.Splits;

/// <summary>One moment for all users: rows before it are train, rows at it or after are test.</summary>
/// <param name="cut">The first moment of the test part.</param>
/// <param name="end">Rows at it or after are dropped; null takes all. Two splits with the same boundary make a second label window.</param>
public sealed class GlobalTimeSplit(DateTimeOffset cut, DateTimeOffset? end = null) : ISplitter
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"test from {cut.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}")
        + (end is null ? "" : string.Create(CultureInfo.InvariantCulture, $" until {end.Value.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"));

    /// <inheritdoc/>
    public void Assign(InteractionRows log, Span<SplitSide> sides)
    {
        ArgumentNullException.ThrowIfNull(log);
        var cutTime = UnixMicroseconds.From(cut);
        var endTime = end is null ? long.MaxValue : UnixMicroseconds.From(end.Value);
        if (endTime <= cutTime)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, "The end of the test part must be later than its begin.");
        }

        var times = log.Times;
        for (var row = 0; row < times.Length; row++)
        {
            sides[row] = times[row] < cutTime ? SplitSide.Train : times[row] < endTime ? SplitSide.Test : SplitSide.Dropped;
        }
    }
}

/// <summary>
/// The last days of the log are test: rows later than (latest time − days) are test, rows at that moment or before are train.
/// </summary>
/// <param name="days">Length of the test part in days; more than 0.</param>
public sealed class LastDaysSplit(double days) : ISplitter
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"last {days} days");

    /// <inheritdoc/>
    public void Assign(InteractionRows log, Span<SplitSide> sides)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (!(days > 0 && days < 1_000_000))
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The test part is {days} days long; give a number of days above 0.");
        }

        var times = log.Times;
        if (times.IsEmpty)
        {
            return;
        }

        var latest = long.MinValue;
        foreach (var time in times)
        {
            latest = Math.Max(latest, time);
        }

        var cut = latest - UnixMicroseconds.From(TimeSpan.FromDays(days));
        for (var row = 0; row < times.Length; row++)
        {
            sides[row] = times[row] <= cut ? SplitSide.Train : SplitSide.Test;
        }
    }
}

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
    public void Assign(InteractionRows log, Span<SplitSide> sides)
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
