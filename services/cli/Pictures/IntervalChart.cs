namespace RecSys.Cli.Pictures;

/// <summary>Values with what is known about their precision, one row each.</summary>
internal static class IntervalChart
{
    private const double RowHeight = 30;

    /// <param name="title">Title.</param>
    /// <param name="rows">A row's name, its value and the ends of its interval (the value itself where there is none).</param>
    /// <param name="unit">What the axis shows.</param>
    public static string Draw(string title, IReadOnlyList<(string Name, double Value, double Low, double High)> rows, string unit)
    {
        var frame = new ChartFrame(title, height: 56 + (rows.Count * RowHeight)) { Left = 60, Right = 300, Top = 6, Bottom = 10 + (rows.Count * RowHeight) };
        var low = rows.Min(row => row.Low);
        var high = rows.Max(row => row.High);
        var room = Math.Max(0.15 * (high - low), Math.Max(high * 0.01, 1e-6));
        var x = new AxisScale(low - room, high + room, frame.Left, frame.Right);
        frame.Svg.Add($"<line class=\"axis\" x1=\"{frame.Left}\" x2=\"{frame.Right}\" y1=\"{frame.Bottom}\" y2=\"{frame.Bottom}\"/>");
        foreach (var tick in AxisScale.Between(low - room, high + room))
        {
            frame.AddTick(x[tick], NumberText.Short(tick));
        }

        frame.Svg.Text(frame.Left, frame.Bottom + 36, unit, "class=\"tick\"");
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var middle = frame.Top + ((i + 0.5) * RowHeight);
            frame.Svg.BeginGroup($"{row.Name}: {NumberText.Short(row.Value)}, 95 % interval {NumberText.Short(row.Low)} to {NumberText.Short(row.High)}");
            frame.Svg.Add($"<line class=\"whisker\" x1=\"{x[row.Low]:0.#}\" x2=\"{x[row.High]:0.#}\" y1=\"{middle}\" y2=\"{middle}\"/>");
            foreach (var end in (double[])[row.Low, row.High])
            {
                frame.Svg.Add($"<line class=\"whisker\" x1=\"{x[end]:0.#}\" x2=\"{x[end]:0.#}\" y1=\"{middle - 5}\" y2=\"{middle + 5}\"/>");
            }

            frame.Svg.Add($"<circle class=\"{(i == 0 ? "dot quiet" : "dot")}\" cx=\"{x[row.Value]:0.#}\" cy=\"{middle}\" r=\"5\"/>");
            frame.Svg.EndGroup();
            frame.Svg.Text(frame.Left - 10, middle + 4, row.Name, "class=\"value\" text-anchor=\"end\"");
            frame.Svg.Text(frame.Right + 8, middle + 4, NumberText.Short(row.Value), "class=\"value\"");
        }

        return frame.Close();
    }
}
