using System.Globalization;
using System.Text;
using RecSys.Cli.Pictures;
using RecSys.Cli.Reports.Charts;

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
