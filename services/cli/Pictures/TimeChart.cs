using System.Text;
using RecSys.Analytics.Reports;

namespace RecSys.Cli.Pictures;

/// <summary>A line over time with the area below it, and a label where it is highest.</summary>
internal static class TimeChart
{
    /// <param name="title">Title.</param>
    /// <param name="series">The points' places in time.</param>
    /// <param name="values">The points' values.</param>
    /// <param name="unit">What a value counts, such as <c>listens a day</c>.</param>
    /// <param name="width">Width of the picture.</param>
    /// <param name="kind">Class of the picture.</param>
    public static string Draw(string title, TimeSeries series, double[] values, string unit, double width = ChartFrame.NarrowWidth, string kind = "")
    {
        var frame = new ChartFrame(title, width, kind: kind) { Top = 24 };
        var x = new AxisScale(0, series.Days, frame.Left, frame.Right);
        var y = frame.AddHeights(values.Max());
        var line = new StringBuilder();
        for (var point = 0; point < values.Length; point++)
        {
            line.Append(FormattableString.Invariant($"{(point == 0 ? 'M' : 'L')}{Middle(point):0.#} {y[values[point]]:0.#}"));
        }

        frame.Svg.Add($"<path class=\"area\" d=\"{line}L{Middle(values.Length - 1):0.#} {frame.Bottom}L{Middle(0):0.#} {frame.Bottom}Z\"/>");
        frame.Svg.Add($"<path class=\"line\" d=\"{line}\"/>");
        AddTicks(frame, series, x);
        // What only grows is highest at its end.
        var peak = Array.LastIndexOf(values, values.Max());
        var anchor = Middle(peak) > frame.Width - 80 ? "end" : Middle(peak) < 100 ? "start" : "middle";
        frame.Svg.Add($"<circle class=\"dot\" cx=\"{Middle(peak):0.#}\" cy=\"{y[values[peak]]:0.#}\" r=\"3.5\"/>");
        frame.Svg.Text(Middle(peak), y[values[peak]] - 8, NumberText.Short(values[peak]), $"class=\"value\" text-anchor=\"{anchor}\"");
        for (var point = 0; point < values.Length; point++)
        {
            var left = x[point * series.DaysPerPoint];
            frame.Svg.BeginGroup($"{series.Describe(point)}: {NumberText.Short(values[point])} {unit}");
            frame.Svg.Add($"<rect class=\"touch\" x=\"{left:0.#}\" y=\"{frame.Top}\" width=\"{x[(point * series.DaysPerPoint) + series.DaysOf(point)] - left:0.##}\" height=\"{frame.Bottom - frame.Top}\"/>");
            frame.Svg.EndGroup();
        }

        return frame.Close();

        double Middle(int point) => x[(point * series.DaysPerPoint) + (series.DaysOf(point) / 2.0)];
    }

    // Labels at the beginnings of years, months or weeks, as many as there is room for.
    private static void AddTicks(ChartFrame frame, TimeSeries series, AxisScale x)
    {
        const double RoomForLabel = 62;
        var room = Math.Max(2, (int)((frame.Right - frame.Left) / RoomForLabel));
        var last = series.First.AddDays(series.Days);
        var months = ((last.Year - series.First.Year) * 12) + last.Month - series.First.Month;
        if (months < 2)
        {
            var days = Math.Max(1, (int)Math.Ceiling((double)series.Days / room));
            for (var day = 0; day < series.Days; day += days)
            {
                AddLabel(series.First.AddDays(day), "MMM d");
            }

            return;
        }

        var step = new[] { 1, 2, 3, 6, 12, 24, 60, 120 }.First(step => step == 120 || months / step <= room);
        for (var month = NextMonth(series.First, step); month < last; month = month.AddMonths(step))
        {
            AddLabel(month, step >= 12 ? "yyyy" : "MMM yyyy");
        }

        void AddLabel(DateOnly day, string format) =>
            frame.AddTick(x[day.DayNumber - series.First.DayNumber], day.ToString(format, System.Globalization.CultureInfo.InvariantCulture));
    }

    // The first beginning of a month on or after a day whose count of months is a multiple of the step.
    private static DateOnly NextMonth(DateOnly day, int step)
    {
        var month = (day.Year * 12) + day.Month - 1 + (day.Day > 1 ? 1 : 0);
        month = (month + step - 1) / step * step;
        return new DateOnly(month / 12, (month % 12) + 1, 1);
    }
}

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
