using RecSys.Algorithms.Evaluation;

namespace RecSys.Cli.Evaluation.Sweeps;

/// <summary>One panel of a sweep's picture: a metric over two settings, all others fixed.</summary>
/// <param name="Heading">The model and the swept settings that are on no axis of this panel.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Across">The setting from left to right.</param>
/// <param name="Down">The setting from top to bottom; null when only one varies.</param>
/// <param name="Cells">The model of each cell, row by row; null where no model has these settings.</param>
internal sealed record HeatMap(string Heading, Metric Metric, SweepAxis Across, SweepAxis? Down, IReadOnlyList<MeasuredModel?> Cells)
{
    /// <summary>Rows of panels, one row for each model and combination of further settings, one panel in it for each metric.</summary>
    public static IReadOnlyList<IReadOnlyList<HeatMap>> Arrange(IReadOnlyList<SweepGrid> grids, IReadOnlyList<MeasuredModel> models, IReadOnlyList<Metric> metrics)
    {
        var rows = new List<IReadOnlyList<HeatMap>>();
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
                rows.Add([.. metrics.Select(metric => new HeatMap(fixedSettings.Key, metric, across, down, cells))]);
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
