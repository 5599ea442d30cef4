using RecSys.Algorithms.Experiments;
using RecSys.Analytics.Reports.Figures;

namespace RecSys.Cli.Reports;

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
