using RecSys.Analytics.Reports;

namespace RecSys.Cli.Pictures;

/// <summary>Latencies: a bar for each quantile on a logarithmic axis.</summary>
internal static class QuantileChart
{
    private const double RowHeight = 24;

    public static string Draw(string title, LatencyFigures latencies)
    {
        (string Name, double Value)[] rows =
        [
            ("50 %", latencies.Median), ("90 %", latencies.Percentile90), ("95 %", latencies.Percentile95), ("99 %", latencies.Percentile99),
            ("99.9 %", latencies.Percentile999), ("all", latencies.Max),
        ];
        var frame = new ChartFrame(title, height: 10 + (rows.Length * RowHeight) + 46) { Left = 56, Right = 280, Top = 6, Bottom = 10 + (rows.Length * RowHeight) };
        var low = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(rows[0].Value, 1e-6))));
        var high = Math.Max(rows[^1].Value, low * 10);
        var x = new AxisScale(Math.Log10(low), Math.Log10(high), frame.Left, frame.Right);
        foreach (var tick in AxisScale.LogTicks(low, high))
        {
            frame.Svg.Add($"<line class=\"grid\" x1=\"{x[Math.Log10(tick)]:0.#}\" x2=\"{x[Math.Log10(tick)]:0.#}\" y1=\"{frame.Top}\" y2=\"{frame.Bottom}\"/>");
            frame.AddTick(x[Math.Log10(tick)], NumberText.Short(tick));
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var top = frame.Top + (i * RowHeight);
            var end = x[Math.Log10(Math.Max(rows[i].Value, low))];
            frame.Svg.BeginGroup($"{rows[i].Name} of answers took at most {NumberText.Short(rows[i].Value)} ms");
            frame.Svg.Add($"<rect class=\"bar\" x=\"{frame.Left}\" y=\"{top + 4}\" width=\"{Math.Max(1, end - frame.Left):0.#}\" height=\"{RowHeight - 8}\"/>");
            frame.Svg.EndGroup();
            frame.Svg.Text(frame.Left - 8, top + 16, rows[i].Name, "class=\"value\" text-anchor=\"end\"");
            frame.Svg.Text(end + 6, top + 16, $"{NumberText.Short(rows[i].Value)}\u202fms", "class=\"value\"");
        }

        frame.Svg.Text(frame.Left, frame.Bottom + 36, "milliseconds, logarithmic", "class=\"tick\"");
        return frame.Close();
    }
}
