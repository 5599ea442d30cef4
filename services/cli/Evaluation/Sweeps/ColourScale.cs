using System.Globalization;
using RecSys.Algorithms.Evaluation;

namespace RecSys.Cli.Evaluation.Sweeps;

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
