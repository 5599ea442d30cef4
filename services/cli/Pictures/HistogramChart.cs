using RecSys.Analytics.Reports;

namespace RecSys.Cli.Pictures;

/// <summary>Histograms: of widely spread values on a logarithmic axis with a box plot above, and of shares.</summary>
internal static class HistogramChart
{
    private const double BoxTop = 16;
    private const double BoxHeight = 16;

    // Where a logarithmic axis has values below 1.
    private const double BelowOne = 0.5;

    /// <summary>Bars at their places on a logarithmic axis, and above them the box of the quartiles with whiskers from 5 to 95 %.</summary>
    /// <param name="title">Title.</param>
    /// <param name="values">The distribution.</param>
    /// <param name="counted">What is counted, such as <c>users</c>.</param>
    /// <param name="text">Writes a value.</param>
    /// <param name="ticks">The values to label; null for powers of ten and what lies between them.</param>
    public static string Spread(string title, Distribution values, string counted, Func<double, string>? text = null, double[]? ticks = null)
    {
        text ??= NumberText.Short;
        var frame = new ChartFrame(title, height: 250) { Top = 62 };
        var low = Math.Max(values.Bins[0].From, BelowOne);
        var high = values.Bins[^1].To;
        var x = new AxisScale(Math.Log2(low), Math.Log2(high), frame.Left, frame.Right);
        var y = frame.AddHeights(values.Bins.Max(bin => bin.Count));
        foreach (var bin in values.Bins)
        {
            var from = Place(bin.From);
            var width = Math.Max(1, Place(bin.To) - from - 1);
            frame.Svg.BeginGroup($"{Range(bin, text)}: {NumberText.Whole(bin.Count)} {counted} ({NumberText.Percent((double)bin.Count / values.Count)})");
            frame.Svg.Add($"<rect class=\"touch\" x=\"{from:0.#}\" y=\"{frame.Top}\" width=\"{width:0.#}\" height=\"{frame.Bottom - frame.Top}\"/>");
            frame.Svg.Add($"<rect class=\"bar\" x=\"{from:0.##}\" y=\"{y[bin.Count]:0.#}\" width=\"{width:0.##}\" height=\"{frame.Bottom - y[bin.Count]:0.#}\"/>");
            frame.Svg.EndGroup();
        }

        if (values.Bins[0].From < 1)
        {
            frame.AddTick((Place(0) + Place(1)) / 2, $"<{text(1)}", line: false);
        }

        // The label of what is below 1 takes the place of 1.
        var lowest = values.Bins[0].From < 1 ? 1.5 : low;
        foreach (var tick in (ticks ?? AxisScale.LogTicks(lowest, high)).Where(tick => tick >= lowest && tick <= high))
        {
            frame.AddTick(Place(tick), text(tick));
        }

        AddBox(frame, values, Place, text);
        return frame.Close();

        double Place(double value) => x[Math.Log2(Math.Max(value, BelowOne))];
    }

    /// <summary>Bars of equal width from 0 to 100 %.</summary>
    public static string Shares(string title, PlayedShares shares)
    {
        var frame = new ChartFrame(title);
        var x = new AxisScale(0, 1, frame.Left, frame.Right);
        var y = frame.AddHeights(shares.Bins.Max(bin => bin.Count));
        foreach (var bin in shares.Bins)
        {
            frame.Svg.BeginGroup(
                $"{NumberText.Percent(bin.From)} to {NumberText.Percent(bin.To)}: {NumberText.Whole(bin.Count)} listens ({NumberText.Percent((double)bin.Count / shares.Count)})");
            frame.Svg.Add($"<rect class=\"bar\" x=\"{x[bin.From]:0.#}\" y=\"{y[bin.Count]:0.#}\" width=\"{x[bin.To] - x[bin.From] - 1:0.#}\" height=\"{frame.Bottom - y[bin.Count]:0.#}\"/>");
            frame.Svg.EndGroup();
        }

        foreach (var tick in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            frame.AddTick(x[tick], NumberText.Percent(tick));
        }

        frame.Svg.Add($"<line class=\"mark\" x1=\"{x[shares.Mean]:0.#}\" x2=\"{x[shares.Mean]:0.#}\" y1=\"{frame.Top}\" y2=\"{frame.Bottom}\"/>");
        frame.Svg.Text(x[shares.Mean], frame.Top - 3, $"mean {NumberText.Percent(shares.Mean)}", $"class=\"value\" text-anchor=\"{(shares.Mean > 0.8 ? "end" : shares.Mean < 0.2 ? "start" : "middle")}\"");
        return frame.Close();
    }

    private static string Range(HistogramBin bin, Func<double, string> text) => bin.To <= 1
        ? $"less than {text(1)}"
        : bin.To - bin.From <= 1 ? text(bin.From) : $"{text(bin.From)} to below {text(bin.To)}";

    private static void AddBox(ChartFrame frame, Distribution values, Func<double, double> place, Func<double, string> text)
    {
        var middle = BoxTop + 6 + (BoxHeight / 2);
        var top = BoxTop + 6;
        var median = place(values.Median);
        frame.Svg.BeginGroup(
            $"5 % up to {text(values.Percentile5)}, a quarter up to {text(values.Quartile1)}, half up to {text(values.Median)}, three quarters up to {text(values.Quartile3)}, 95 % up to {text(values.Percentile95)}; mean {text(values.Mean)}");
        frame.Svg.Add($"<line class=\"whisker\" x1=\"{place(values.Percentile5):0.#}\" x2=\"{place(values.Percentile95):0.#}\" y1=\"{middle}\" y2=\"{middle}\"/>");
        foreach (var end in (double[])[values.Percentile5, values.Percentile95])
        {
            frame.Svg.Add($"<line class=\"whisker\" x1=\"{place(end):0.#}\" x2=\"{place(end):0.#}\" y1=\"{top + 4}\" y2=\"{top + BoxHeight - 4}\"/>");
        }

        frame.Svg.Add($"<rect class=\"box\" x=\"{place(values.Quartile1):0.#}\" y=\"{top}\" width=\"{Math.Max(2, place(values.Quartile3) - place(values.Quartile1)):0.#}\" height=\"{BoxHeight}\" rx=\"2\"/>");
        frame.Svg.Add($"<line class=\"median\" x1=\"{median:0.#}\" x2=\"{median:0.#}\" y1=\"{top - 2}\" y2=\"{top + BoxHeight + 2}\"/>");
        var anchor = median > frame.Width - 80 ? "end" : median < 80 ? "start" : "middle";
        frame.Svg.Text(median, BoxTop - 2, $"median {text(values.Median)}", $"class=\"value\" text-anchor=\"{anchor}\"");
        frame.Svg.EndGroup();
    }
}
