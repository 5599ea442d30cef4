using System.Globalization;
using System.Text;
using RecSys.Algorithms.Experiments;
using RecSys.Analytics.Reports;
using RecSys.Cli.Pictures;

namespace RecSys.Cli.Reports;

/// <summary>An experiment's arms: means with their intervals, and what may be said of the difference to the control.</summary>
internal static class ExperimentCard
{
    public static void AddTo(HtmlWriter html, string experiment, IReadOnlyList<ArmResult> arms)
    {
        var picture = IntervalChart.Draw(
            $"Mean time per session in the arms of {experiment}",
            [.. arms.Select(arm => (arm.Arm.Arm, arm.Arm.MeanTimePerSession, arm.Low, arm.High))],
            "tracks' worth of listening per session, 95 % intervals");
        var table = new StringBuilder("<table><tr><th>Arm</th><th>Users</th><th>Sessions</th><th>Difference</th></tr>");
        foreach (var arm in arms)
        {
            table.Append(CultureInfo.InvariantCulture, $"<tr><td>{HtmlWriter.Text(arm.Arm.Arm)}</td><td>{NumberText.Short(arm.Arm.Users)}</td><td>{NumberText.Short(arm.Arm.Sessions)}</td><td>{Against(arm)}</td></tr>");
        }

        html.AddCard($"Experiment {experiment}", Judgement(arms), picture + table.Append("</table>"));
    }

    private static string Judgement(IReadOnlyList<ArmResult> arms)
    {
        var significant = arms.Where(arm => arm.Significant).ToArray();
        return significant.Length == 0
            ? "Time per session: no difference to the control can be told from chance."
            : string.Join(' ', significant.Select(arm => HtmlWriter.Sentence(
                $"Time per session is {NumberText.Percent(Math.Abs(arm.Uplift!.Value))} {(arm.Uplift > 0 ? "longer" : "shorter")} in {arm.Arm.Arm} than in {arm.Control}, more than chance explains.")));
    }

    private static string Against(ArmResult arm) => arm switch
    {
        { Control: null } => "control",
        { Uplift: { } uplift, UpliftLow: { } low, UpliftHigh: { } high } => $"<strong class=\"short\">{Signed(uplift)}</strong> <small>{Signed(low)} to {Signed(high)}</small>",
        _ => "too few users",
    };

    private static string Signed(double share) => (share > 0 ? "+" : share < 0 ? "−" : "") + NumberText.Percent(Math.Abs(share));
}

/// <summary>An arm's mean time per session with its 95 % interval, and how it compares with the control.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Low">Lower end of the mean's interval; the mean itself for fewer than two users.</param>
/// <param name="High">Upper end.</param>
/// <param name="Control">Name of the arm it is compared with; null for the control itself.</param>
/// <param name="Uplift">Difference to the control as a share of the control's mean; null where nothing can be said.</param>
/// <param name="UpliftLow">Lower end of the uplift's 95 % interval.</param>
/// <param name="UpliftHigh">Upper end.</param>
/// <param name="Significant">Whether that interval excludes 0.</param>
internal sealed record ArmResult(
    ArmFigures Arm, double Low, double High, string? Control, double? Uplift, double? UpliftLow, double? UpliftHigh, bool Significant)
{
    private const string ControlName = "C";

    /// <summary>Judges the arms of one experiment, the control first: the arm C, or the first by name where there is none.</summary>
    public static IReadOnlyList<ArmResult> Of(IEnumerable<ArmFigures> experiment)
    {
        var arms = experiment.OrderBy(arm => arm.Arm != ControlName).ThenBy(arm => arm.Arm, StringComparer.Ordinal).ToArray();
        return [.. arms.Select((arm, at) => Of(arm, at == 0 ? null : arms[0]))];
    }

    private static ArmResult Of(ArmFigures arm, ArmFigures? control)
    {
        var sample = Sample(arm);
        var halfWidth = sample.Count < 2 ? 0 : sample.HalfWidth();
        var comparison = control is null || control.MeanTimePerSession <= 0 ? null : WelchComparison.Compare(Sample(control), sample);
        return new ArmResult(
            arm,
            sample.Mean - halfWidth,
            sample.Mean + halfWidth,
            control?.Arm,
            comparison?.Difference / control?.MeanTimePerSession,
            comparison?.Low / control?.MeanTimePerSession,
            comparison?.High / control?.MeanTimePerSession,
            comparison?.IsSignificant ?? false);
    }

    private static SampleSummary Sample(ArmFigures arm) => new(arm.Users, arm.MeanTimePerSession, arm.VarianceOfTimePerSession);
}
