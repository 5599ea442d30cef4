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
    public void Assign(InteractionLog log, Span<SplitSide> sides)
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
