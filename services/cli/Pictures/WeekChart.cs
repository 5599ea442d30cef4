using RecSys.Analytics.Reports;

namespace RecSys.Cli.Pictures;

/// <summary>The hours of the week as a map: the stronger the colour, the more listens; bars sum up hours above and weekdays beside.</summary>
internal static class WeekChart
{
    private static readonly string[] Weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    public static string Draw(string title, IReadOnlyList<HourFigures> hours)
    {
        const double CellWidth = 11.1;
        const double CellHeight = 18;
        const double Top = 52;
        const double BarRoom = 40;
        var frame = new ChartFrame(title, height: 230) { Left = 34, Top = Top, Bottom = Top + (7 * CellHeight) };
        var right = frame.Left + (24 * CellWidth);
        var largest = (double)Math.Max(1, hours.Max(hour => hour.Listens));
        foreach (var hour in hours)
        {
            frame.Svg.BeginGroup($"{Weekdays[hour.Weekday - 1]} {hour.Hour:00}:00 to {hour.Hour + 1:00}:00 UTC: {NumberText.Whole(hour.Listens)} listens");
            frame.Svg.Add($"<rect class=\"cell\" x=\"{frame.Left + (hour.Hour * CellWidth):0.#}\" y=\"{Top + ((hour.Weekday - 1) * CellHeight)}\" width=\"{CellWidth - 1}\" height=\"{CellHeight - 1}\" fill-opacity=\"{0.06 + (0.94 * hour.Listens / largest):0.###}\"/>");
            frame.Svg.EndGroup();
        }

        var byHour = hours.GroupBy(hour => hour.Hour).Select(group => (group.Key, Listens: group.Sum(hour => hour.Listens))).ToArray();
        var heights = new AxisScale(0, Math.Max(1, byHour.Max(hour => hour.Listens)), 0, BarRoom);
        foreach (var (hour, listens) in byHour)
        {
            frame.Svg.BeginGroup($"{hour:00}:00 to {hour + 1:00}:00 UTC, all days: {NumberText.Whole(listens)} listens");
            frame.Svg.Add($"<rect class=\"soft\" x=\"{frame.Left + (hour * CellWidth):0.#}\" y=\"{Top - 4 - heights[listens]:0.#}\" width=\"{CellWidth - 1}\" height=\"{heights[listens]:0.#}\"/>");
            frame.Svg.EndGroup();
        }

        var total = (double)Math.Max(1, hours.Sum(hour => hour.Listens));
        var byDay = hours.GroupBy(hour => hour.Weekday).Select(group => (group.Key, Listens: group.Sum(hour => hour.Listens))).ToArray();
        var widths = new AxisScale(0, Math.Max(1, byDay.Max(day => day.Listens)), 0, 18);
        foreach (var (day, listens) in byDay)
        {
            var top = Top + ((day - 1) * CellHeight);
            frame.Svg.BeginGroup($"{Weekdays[day - 1]}: {NumberText.Whole(listens)} listens");
            frame.Svg.Add($"<rect class=\"soft\" x=\"{right + 4:0.#}\" y=\"{top}\" width=\"{widths[listens]:0.#}\" height=\"{CellHeight - 1}\"/>");
            frame.Svg.Text(right + 25, top + 13, $"{100 * listens / total:0} %", "class=\"tick\"");
            frame.Svg.EndGroup();
            frame.Svg.Text(frame.Left - 5, top + 13, Weekdays[day - 1], "class=\"tick\" text-anchor=\"end\"");
        }

        for (var hour = 0; hour < 24; hour += 3)
        {
            frame.AddTick(frame.Left + ((hour + 0.5) * CellWidth), $"{hour:00}", line: false);
        }

        frame.Svg.Text(frame.Left, frame.Bottom + 36, "hour of the day, UTC", "class=\"tick\"");
        return frame.Close();
    }
}
