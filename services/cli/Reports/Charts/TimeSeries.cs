using RecSys.Analytics.Reports.Figures;

namespace RecSys.Cli.Reports.Charts;

/// <summary>The days of a log, gathered so that a picture of limited width can show them all.</summary>
/// <param name="First">The log's first day.</param>
/// <param name="Days">Days from the first to the last, quiet ones included.</param>
/// <param name="DaysPerPoint">Days that are one point.</param>
/// <param name="Sums">The sum of each point; the last point may have fewer days.</param>
internal sealed record TimeSeries(DateOnly First, int Days, int DaysPerPoint, double[] Sums)
{
    private static readonly int[] Steps = [1, 7, 28, 91, 364];

    /// <summary>Gathers one of the days' figures into at most <paramref name="maxPoints"/> points where that can be.</summary>
    public static TimeSeries Of(IReadOnlyList<DayFigures> days, Func<DayFigures, long> value, double maxPoints)
    {
        var first = days[0].Day;
        var count = days[^1].Day.DayNumber - first.DayNumber + 1;
        var step = Steps.FirstOrDefault(step => count <= step * maxPoints, Steps[^1]);
        var sums = new double[(count + step - 1) / step];
        foreach (var day in days)
        {
            sums[(day.Day.DayNumber - first.DayNumber) / step] += value(day);
        }

        return new TimeSeries(first, count, step, sums);
    }

    public int DaysOf(int point) => Math.Min(DaysPerPoint, Days - (point * DaysPerPoint));

    /// <summary>First day of a point.</summary>
    public DateOnly DayOf(int point) => First.AddDays(point * DaysPerPoint);

    /// <summary>Means per day of each point.</summary>
    public double[] PerDay => [.. Sums.Select((sum, point) => sum / DaysOf(point))];

    /// <summary>Everything up to the end of each point.</summary>
    public double[] Running
    {
        get
        {
            var running = 0.0;
            return [.. Sums.Select(sum => running += sum)];
        }
    }

    /// <summary>When a point was, for people.</summary>
    public string Describe(int point) => DaysPerPoint == 1 ? $"{DayOf(point):yyyy-MM-dd}" : $"{DaysOf(point)} days from {DayOf(point):yyyy-MM-dd}";
}
