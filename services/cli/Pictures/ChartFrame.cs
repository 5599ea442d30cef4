namespace RecSys.Cli.Pictures;

/// <summary>
/// The frame that all charts share: size, margins, grid lines with labels on the left. Colours are classes, so that the page's
/// style sheet makes them fit light, dark and print.
/// </summary>
internal sealed class ChartFrame
{
    public const double NarrowWidth = 360;
    public const double WideWidth = 1_120;

    private readonly SvgWriter _svg = new();

    /// <param name="title">What a person who doesn't see the picture is told.</param>
    /// <param name="width">Width in units that are pixels at full size.</param>
    /// <param name="height">Height.</param>
    /// <param name="kind">A class beside <c>chart</c>; empty for none.</param>
    public ChartFrame(string title, double width = NarrowWidth, double height = 220, string kind = "")
    {
        Width = width;
        Height = height;
        Left = 46;
        Right = width - 10;
        Top = 14;
        Bottom = height - 30;
        _svg.Add($"<svg class=\"{(kind.Length > 0 ? $"chart {kind}" : "chart")}\" viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{SvgWriter.Escape(title)}</title>");
    }

    public double Width { get; }

    public double Height { get; }

    /// <summary>Left end of the plot, right of the labels.</summary>
    public double Left { get; init; }

    public double Right { get; init; }

    public double Top { get; init; }

    /// <summary>Lower end of the plot, above the labels.</summary>
    public double Bottom { get; init; }

    public SvgWriter Svg => _svg;

    /// <summary>Draws horizontal grid lines at round values.</summary>
    /// <returns>The scale of heights, from 0 to the highest line.</returns>
    public AxisScale AddHeights(double largest, Func<double, string>? text = null)
    {
        var ticks = AxisScale.Ticks(largest);
        var scale = new AxisScale(0, ticks[^1], Bottom, Top);
        foreach (var tick in ticks)
        {
            Svg.Add($"<line class=\"{(tick == 0 ? "axis" : "grid")}\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{scale[tick]:0.#}\" y2=\"{scale[tick]:0.#}\"/>");
            Svg.Text(Left - 6, scale[tick] + 4, (text ?? NumberText.Short)(tick), "class=\"tick\" text-anchor=\"end\"");
        }

        return scale;
    }

    /// <summary>A label below the plot; near the ends it stays inside of the picture.</summary>
    public void AddTick(double x, string text, bool line = true)
    {
        if (line)
        {
            Svg.Add($"<line class=\"axis\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Bottom}\" y2=\"{Bottom + 4}\"/>");
        }

        Svg.Text(x, Bottom + 17, text, $"class=\"tick\" text-anchor=\"{(x > Width - 24 ? "end" : "middle")}\"");
    }

    /// <summary>Ends the picture.</summary>
    public string Close()
    {
        Svg.Add($"</svg>");
        return Svg.ToString();
    }
}
