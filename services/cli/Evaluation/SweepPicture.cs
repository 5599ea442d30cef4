using System.Globalization;
using RecSys.Algorithms.Evaluation;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Pictures;

namespace RecSys.Cli.Evaluation;

/// <summary>
/// A sweep as one SVG file that needs nothing else: heat maps, a column for each metric and a row for each combination of the
/// settings that are not on the axes, with every value written into its cell and the best of each metric framed.
/// </summary>
internal sealed class SweepPicture
{
    private const int CellWidth = 74;
    private const int CellHeight = 34;
    private const int Margin = 24;
    private const int TitleHeight = 76;
    private const int ColumnHeading = 30;
    private const int LineHeight = 16;
    private const int RowHeading = 26;
    private const int AxisHeight = 44;
    private const int Gap = 30;
    private const int LegendHeight = 56;
    private const int CharacterWidth = 7;

    private readonly SvgWriter _svg = new();
    private readonly IReadOnlyList<IReadOnlyList<SweepPanel>> _rows;
    private readonly MeasuredModel[] _baselines;
    private readonly Metric[] _metrics;
    private readonly int _labelWidth;
    private readonly int _panelWidth;

    private SweepPicture(IReadOnlyList<IReadOnlyList<SweepPanel>> rows, IReadOnlyList<MeasuredModel> models)
    {
        _rows = rows;
        _metrics = [.. rows[0].Select(map => map.Metric)];
        _baselines = [.. models.Except(rows.SelectMany(row => row[0].Cells).OfType<MeasuredModel>())];
        _labelWidth = 26 + (CharacterWidth * rows.Max(row => row[0].Down?.Values.Max(value => value.Length) ?? 0));
        var texts = rows.Select(row => row[0].Heading)
            .Concat(_metrics.Select(metric => Heading(metric) + "    "))
            .Concat(_metrics.SelectMany(metric => _baselines.Select(model => Describe(model, metric))));
        _panelWidth = Math.Max(rows.Max(row => row[0].Across.Values.Count) * CellWidth, CharacterWidth * (texts.Max(text => text.Length) + 2));
    }

    /// <summary>Draws the picture.</summary>
    /// <param name="grids">What was swept; at least one has a setting with several values.</param>
    /// <param name="models">All measured models.</param>
    /// <param name="data">What they were measured on.</param>
    public static string Draw(IReadOnlyList<SweepGrid> grids, IReadOnlyList<MeasuredModel> models, EvaluationData data)
    {
        var metrics = models[0].Result.Metrics.Select(value => value.Metric).ToArray();
        return new SweepPicture(SweepPanel.Arrange(grids, models, metrics), models).Draw(grids, data);
    }

    private string Draw(IReadOnlyList<SweepGrid> grids, EvaluationData data)
    {
        var columnWidth = _labelWidth + _panelWidth + Gap;
        var title = $"Sweep over {string.Join(", ", grids.SelectMany(grid => grid.Axes).Select(axis => axis.Key).Distinct())}";
        var single = grids.SelectMany(grid => grid.Plans).SelectMany(plan => plan.Given)
            .Where(pair => grids.All(grid => grid.Axes.All(axis => axis.Key != pair.Key))).Select(pair => $"{pair.Key} = {pair.Value}").Distinct().ToArray();
        var note = $"Darker is better; the best value of each metric is framed.{(single.Length == 0 ? "" : $" With {string.Join(", ", single)}.")}";
        var subtitle = $"{NumberText.Count(data.Train.RowCount, "user")} × {NumberText.Count(data.Train.ColumnCount, "item")}, {NumberText.Count(data.Train.CellCount, "train pair")}, {NumberText.Count(data.Test.CellCount, "test pair")} ({data.Split.Report.Split})";
        var width = Math.Max((2 * Margin) + (_metrics.Length * columnWidth) - Gap, (2 * Margin) + (CharacterWidth * Math.Max(Math.Max(subtitle.Length, note.Length), title.Length * 4 / 3)));
        var height = Margin + TitleHeight + HeadingHeight + _rows.Sum(RowHeight) + LegendHeight + Margin;
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#10243A\">");
        Line($"<title>{Escape(title)}</title>");
        Line($"<rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>");
        Write(Margin, Margin + 18, title, "font-size=\"20\" font-weight=\"bold\"");
        Write(Margin, Margin + 40, subtitle, "fill=\"#4A5D73\"");
        Write(Margin, Margin + 58, note, "fill=\"#4A5D73\"");
        for (var column = 0; column < _metrics.Length; column++)
        {
            DrawColumn(column, Margin + (column * columnWidth));
        }

        Line($"</svg>");
        return _svg.ToString();
    }

    private void DrawColumn(int column, int left)
    {
        var metric = _metrics[column];
        var swept = _rows.SelectMany(row => row[column].Cells).OfType<MeasuredModel>().ToArray();
        var scale = new ColourScale(metric, swept.Select(model => model.Result[metric]));
        var best = EvaluationReport.Best(swept, metric);
        var top = Margin + TitleHeight;
        Write(left + _labelWidth, top + 14, Heading(metric), "font-size=\"15\" font-weight=\"bold\"");
        for (var i = 0; i < _baselines.Length; i++)
        {
            Write(left + _labelWidth, top + ColumnHeading + (i * LineHeight), Describe(_baselines[i], metric), "fill=\"#4A5D73\"");
        }

        top += HeadingHeight;
        foreach (var row in _rows)
        {
            DrawMap(row[column], scale, best, left, top);
            top += RowHeight(row);
        }

        DrawLegend(metric, scale, left + _labelWidth, top);
    }

    private void DrawMap(SweepPanel map, ColourScale scale, MeasuredModel best, int left, int top)
    {
        var x0 = left + _labelWidth;
        var y0 = top + RowHeading;
        var across = map.Across.Values;
        var down = map.Down?.Values ?? [""];
        var model = map.Cells.OfType<MeasuredModel>().First().Plan.Model;
        Write(x0, top + 16, map.Heading, "font-weight=\"bold\"");
        for (var y = 0; y < down.Count; y++)
        {
            Write(x0 - 6, y0 + (y * CellHeight) + (CellHeight / 2) + 4, down[y], "text-anchor=\"end\"");
            for (var x = 0; x < across.Count; x++)
            {
                if (map.Cells[(y * across.Count) + x] is { } cell)
                {
                    DrawCell(map.Metric, cell, scale, x0 + (x * CellWidth), y0 + (y * CellHeight));
                }
            }
        }

        var bottom = y0 + (down.Count * CellHeight);
        for (var x = 0; x < across.Count; x++)
        {
            Write(x0 + (x * CellWidth) + (CellWidth / 2), bottom + 15, across[x], "text-anchor=\"middle\"");
        }

        Write(x0 + (across.Count * CellWidth / 2), bottom + 31, SweepPanel.ShortKey(model, map.Across.Key), "text-anchor=\"middle\" fill=\"#4A5D73\"");
        if (map.Down is not null)
        {
            var middle = y0 + (down.Count * CellHeight / 2);
            Write(left + 10, middle, SweepPanel.ShortKey(model, map.Down.Key), $"text-anchor=\"middle\" fill=\"#4A5D73\" transform=\"rotate(-90 {left + 10} {middle})\"");
        }

        // The frame comes last, above the neighbouring cells.
        var at = map.Cells.ToList().IndexOf(best);
        if (at >= 0)
        {
            Line($"<rect x=\"{x0 + (at % across.Count * CellWidth) + 1}\" y=\"{y0 + (at / across.Count * CellHeight) + 1}\" width=\"{CellWidth - 2}\" height=\"{CellHeight - 2}\" fill=\"none\" stroke=\"#E8590C\" stroke-width=\"3\"/>");
        }
    }

    private void DrawCell(Metric metric, MeasuredModel cell, ColourScale scale, int x, int y)
    {
        var value = cell.Result[metric];
        var goodness = scale.Goodness(value);
        Line($"<g><title>{Escape($"{cell.Plan.Model} {EvaluationReport.Describe(cell.Plan)}: {metric} {EvaluationReport.Text(metric, value)}")}</title>");
        Line($"<rect x=\"{x}\" y=\"{y}\" width=\"{CellWidth}\" height=\"{CellHeight}\" fill=\"{ColourScale.Fill(goodness)}\" stroke=\"#FFFFFF\"/>");
        Write(x + (CellWidth / 2), y + (CellHeight / 2) + 4, EvaluationReport.Text(metric, value), $"text-anchor=\"middle\" fill=\"{ColourScale.Ink(goodness)}\"");
        Line($"</g>");
    }

    private void DrawLegend(Metric metric, ColourScale scale, int x, int y)
    {
        const int Steps = 24;
        const int Width = 144;
        for (var step = 0; step < Steps; step++)
        {
            Line($"<rect x=\"{x + (step * Width / Steps)}\" y=\"{y + 6}\" width=\"{(Width / Steps) + 1}\" height=\"12\" fill=\"{ColourScale.Fill(step / (Steps - 1.0))}\"/>");
        }

        Line($"<rect x=\"{x}\" y=\"{y + 6}\" width=\"{Width}\" height=\"12\" fill=\"none\" stroke=\"#4A5D73\"/>");
        Write(x, y + 33, EvaluationReport.Text(metric, scale.Worst), "fill=\"#4A5D73\"");
        Write(x + Width, y + 33, EvaluationReport.Text(metric, scale.Best), "text-anchor=\"end\" fill=\"#4A5D73\"");
    }

    private static int RowHeight(IReadOnlyList<SweepPanel> row) => RowHeading + ((row[0].Down?.Values.Count ?? 1) * CellHeight) + AxisHeight;

    private int HeadingHeight => ColumnHeading + (_baselines.Length * LineHeight);

    private static string Heading(Metric metric) => metric + (metric.LowerIsBetter ? " (lower is better)" : "");

    private static string Describe(MeasuredModel model, Metric metric) => $"{model.Plan.Model} {EvaluationReport.Text(metric, model.Result[metric])}";

    private static string Escape(string text) => SvgWriter.Escape(text);

    private void Line(FormattableString text) => _svg.Add(text);

    private void Write(int x, int y, string text, string attributes) => _svg.Text(x, y, text, attributes);
}

/// <summary>One panel of a sweep's picture: a metric over two settings, all others fixed.</summary>
/// <param name="Heading">The model and the swept settings that are on no axis of this panel.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Across">The setting from left to right.</param>
/// <param name="Down">The setting from top to bottom; null when only one varies.</param>
/// <param name="Cells">The model of each cell, row by row; null where no model has these settings.</param>
internal sealed record SweepPanel(string Heading, Metric Metric, SweepAxis Across, SweepAxis? Down, IReadOnlyList<MeasuredModel?> Cells)
{
    /// <summary>Rows of panels, one row for each model and combination of further settings, one panel in it for each metric.</summary>
    public static IReadOnlyList<IReadOnlyList<SweepPanel>> Arrange(IReadOnlyList<SweepGrid> grids, IReadOnlyList<MeasuredModel> models, IReadOnlyList<Metric> metrics)
    {
        var rows = new List<IReadOnlyList<SweepPanel>>();
        foreach (var grid in grids.Where(grid => grid.Axes.Count > 0))
        {
            // The settings with the most values make the map; the others make a map each.
            var byLength = grid.Axes.OrderByDescending(axis => axis.Values.Count).ToArray();
            var across = byLength[0];
            var down = byLength.ElementAtOrDefault(1);
            var measured = models.Where(model => grid.Plans.Contains(model.Plan)).ToArray();
            foreach (var fixedSettings in measured.GroupBy(model => HeadingOf(grid, model, across, down)))
            {
                var cells = (down?.Values ?? [""]).SelectMany(y => across.Values.Select(x => fixedSettings.FirstOrDefault(model =>
                    model.Plan.Given[across.Key] == x && (down is null || model.Plan.Given[down.Key] == y)))).ToArray();
                rows.Add([.. metrics.Select(metric => new SweepPanel(fixedSettings.Key, metric, across, down, cells))]);
            }
        }

        return rows;
    }

    private static string HeadingOf(SweepGrid grid, MeasuredModel model, SweepAxis across, SweepAxis? down) => string.Join(
        ' ',
        model.Plan.Given
            .Where(pair => pair.Key != across.Key && pair.Key != down?.Key && grid.Axes.Any(axis => axis.Key == pair.Key))
            .Select(pair => $"{ShortKey(grid.Family.Name, pair.Key)} = {pair.Value}")
            .Prepend(grid.Family.Name));

    /// <summary>A key without the name of the model that it belongs to.</summary>
    public static string ShortKey(string model, string key) =>
        key.StartsWith(model + ".", StringComparison.Ordinal) ? key[(model.Length + 1)..] : key;
}

/// <summary>Colours of a metric's values, the same in all panels of the metric: the darker, the better.</summary>
internal sealed class ColourScale
{
    // Blues of rising darkness whose steps also differ in print and for people who don't tell colours apart.
    private static readonly (int Red, int Green, int Blue)[] Stops = [(0xF3, 0xF7, 0xFC), (0xA9, 0xCB, 0xE6), (0x3F, 0x86, 0xC2), (0x08, 0x3A, 0x78)];

    private readonly bool _lowerIsBetter;

    public ColourScale(Metric metric, IEnumerable<double> values)
    {
        var all = values.ToArray();
        Low = all.Min();
        High = all.Max();
        _lowerIsBetter = metric.LowerIsBetter;
    }

    public double Low { get; }

    public double High { get; }

    /// <summary>The worst value, on the light end.</summary>
    public double Worst => _lowerIsBetter ? High : Low;

    /// <summary>The best value, on the dark end.</summary>
    public double Best => _lowerIsBetter ? Low : High;

    /// <summary>0 for the worst value, 1 for the best.</summary>
    public double Goodness(double value) =>
        High == Low ? 0.5 : _lowerIsBetter ? (High - value) / (High - Low) : (value - Low) / (High - Low);

    public static string Fill(double goodness)
    {
        var place = Math.Clamp(goodness, 0, 1) * (Stops.Length - 1);
        var at = Math.Min((int)place, Stops.Length - 2);
        var share = place - at;
        var (from, to) = (Stops[at], Stops[at + 1]);
        return string.Create(
            CultureInfo.InvariantCulture, $"#{Mix(from.Red, to.Red):X2}{Mix(from.Green, to.Green):X2}{Mix(from.Blue, to.Blue):X2}");

        int Mix(int start, int end) => (int)Math.Round(start + (share * (end - start)));
    }

    /// <summary>A colour of text that can be read on the fill.</summary>
    public static string Ink(double goodness) => goodness > 0.55 ? "#FFFFFF" : "#10243A";
}
