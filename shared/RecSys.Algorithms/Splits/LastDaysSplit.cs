using System.Globalization;

namespace RecSys.Algorithms.Splits;

/// <summary>
/// The last days of the log are test: rows later than (latest time − days) are test, rows at that moment or before are train.
/// </summary>
/// <param name="days">Length of the test part in days; more than 0.</param>
public sealed class LastDaysSplit(double days) : ISplitter
{
    /// <inheritdoc/>
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"last {days} days");

    /// <inheritdoc/>
    public void Assign(InteractionLog log, Span<SplitSide> sides)
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
