namespace RecSys.Cli.Pictures;

/// <summary>One bar that is divided among a few parts.</summary>
internal static class ShareBar
{
    /// <param name="title">Title.</param>
    /// <param name="parts">The parts in order; their shares add up to 1.</param>
    public static string Draw(string title, params (string Name, double Share)[] parts)
    {
        const double Top = 6;
        const double BarHeight = 30;
        var frame = new ChartFrame(title, height: 62 + (18 * ((parts.Length - 1) / 2))) { Left = 2, Right = ChartFrame.NarrowWidth - 2 };
        var x = new AxisScale(0, 1, frame.Left, frame.Right);
        var from = 0.0;
        for (var i = 0; i < parts.Length; i++)
        {
            var (name, share) = parts[i];
            frame.Svg.BeginGroup($"{name}: {NumberText.Percent(share)}");
            frame.Svg.Add($"<rect class=\"part{i}\" x=\"{x[from]:0.##}\" y=\"{Top}\" width=\"{Math.Max(0, x[from + share] - x[from] - 1):0.##}\" height=\"{BarHeight}\"/>");
            frame.Svg.EndGroup();
            var left = frame.Left + (i % 2 * (ChartFrame.NarrowWidth / 2));
            var baseline = Top + BarHeight + 18 + (i / 2 * 18);
            frame.Svg.Add($"<rect class=\"part{i}\" x=\"{left}\" y=\"{baseline - 9}\" width=\"10\" height=\"10\" rx=\"2\"/>");
            frame.Svg.Text(left + 15, baseline, $"{name}: {NumberText.Percent(share)}", "class=\"value\"");
            from += share;
        }

        return frame.Close();
    }
}
