using RecSys.Algorithms.Evaluation;
using RecSys.Cli.Evaluation.Data;
using RecSys.Cli.Pictures;

namespace RecSys.Cli.Evaluation.Sweeps;

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
    private readonly IReadOnlyList<IReadOnlyList<HeatMap>> _rows;
    private readonly MeasuredModel[] _baselines;
    private readonly Metric[] _metrics;
    private readonly int _labelWidth;
    private readonly int _panelWidth;

    private SweepPicture(IReadOnlyList<IReadOnlyList<HeatMap>> rows, IReadOnlyList<MeasuredModel> models)
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
        return new SweepPicture(HeatMap.Arrange(grids, models, metrics), models).Draw(grids, data);
    }

    private string Draw(IReadOnlyList<SweepGrid> grids, EvaluationData data)
    {
        var columnWidth = _labelWidth + _panelWidth + Gap;
        var title = $"Sweep over {string.Join(", ", grids.SelectMany(grid => grid.Axes).Select(axis => axis.Key).Distinct())}";
        var single = grids.SelectMany(grid => grid.Plans).SelectMany(plan => plan.Given)
            .Where(pair => grids.All(grid => grid.Axes.All(axis => axis.Key != pair.Key))).Select(pair => $"{pair.Key} = {pair.Value}").Distinct().ToArray();
        var note = $"Darker is better; the best value of each metric is framed.{(single.Length == 0 ? "" : $" With {string.Join(", ", single)}.")}";
        var subtitle = $"{data.Train.RowCount:N0} users × {data.Train.ColumnCount:N0} items, {data.Train.CellCount:N0} train pairs, {data.Test.CellCount:N0} test pairs ({data.Split.Report.Split})";
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

    private void DrawMap(HeatMap map, ColourScale scale, MeasuredModel best, int left, int top)
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

        Write(x0 + (across.Count * CellWidth / 2), bottom + 31, HeatMap.ShortKey(model, map.Across.Key), "text-anchor=\"middle\" fill=\"#4A5D73\"");
        if (map.Down is not null)
        {
            var middle = y0 + (down.Count * CellHeight / 2);
            Write(left + 10, middle, HeatMap.ShortKey(model, map.Down.Key), $"text-anchor=\"middle\" fill=\"#4A5D73\" transform=\"rotate(-90 {left + 10} {middle})\"");
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

    private static int RowHeight(IReadOnlyList<HeatMap> row) => RowHeading + ((row[0].Down?.Values.Count ?? 1) * CellHeight) + AxisHeight;

    private int HeadingHeight => ColumnHeading + (_baselines.Length * LineHeight);

    private static string Heading(Metric metric) => metric + (metric.LowerIsBetter ? " (lower is better)" : "");

    private static string Describe(MeasuredModel model, Metric metric) => $"{model.Plan.Model} {EvaluationReport.Text(metric, model.Result[metric])}";

    private static string Escape(string text) => SvgWriter.Escape(text);

    private void Line(FormattableString text) => _svg.Add(text);

    private void Write(int x, int y, string text, string attributes) => _svg.Text(x, y, text, attributes);
}
