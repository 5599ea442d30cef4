using RecSys.Analytics.Reports;

namespace RecSys.Cli.Pictures;

/// <summary>Lorenz curves of tracks and users below the diagonal of equal shares.</summary>
internal static class LorenzChart
{
    public static string Draw(string title, Concentration tracks, Concentration users)
    {
        var frame = new ChartFrame(title, height: 270) { Top = 14 };
        var y = frame.AddHeights(1, NumberText.Percent);
        var x = new AxisScale(0, 1, frame.Left, frame.Right);
        foreach (var tick in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            frame.AddTick(x[tick], NumberText.Percent(tick));
        }

        frame.Svg.Add($"<line class=\"equal\" x1=\"{x[0]}\" y1=\"{y[0]:0.#}\" x2=\"{x[1]}\" y2=\"{y[1]:0.#}\"/>");
        Add("second", "users", users, 1);
        Add("first", "tracks", tracks, 0);
        return frame.Close();

        void Add(string kind, string of, Concentration concentration, int place)
        {
            var points = string.Join(' ', concentration.Curve.Select(point => FormattableString.Invariant($"{x[point.Share]:0.#},{y[point.Listens]:0.#}")));
            frame.Svg.Add($"<polyline class=\"line {kind}\" points=\"{points}\"/>");
            foreach (var point in concentration.Curve)
            {
                frame.Svg.BeginGroup($"The {NumberText.Percent(point.Share)} of {of} with the fewest listens have {NumberText.Percent(point.Listens)} of all");
                frame.Svg.Add($"<circle class=\"touch\" cx=\"{x[point.Share]:0.#}\" cy=\"{y[point.Listens]:0.#}\" r=\"4\"/>");
                frame.Svg.EndGroup();
            }

            var top = frame.Top + 16 + (place * 18);
            frame.Svg.Add($"<line class=\"line {kind}\" x1=\"{frame.Left + 10}\" x2=\"{frame.Left + 28}\" y1=\"{top - 4}\" y2=\"{top - 4}\"/>");
            frame.Svg.Text(frame.Left + 34, top, FormattableString.Invariant($"{of}, Gini {concentration.Gini:0.00}"), "class=\"value\"");
        }
    }
}
