using System.Globalization;
using System.Net;
using System.Text;

namespace RecSys.Trainer.Ranker;

/// <summary>Draws which features the trees gain most from.</summary>
internal static class ImportanceChart
{
    private const int MaxFeatures = 20;
    private const int RowHeight = 22;
    private const int LabelWidth = 210;
    private const int BarWidth = 380;
    private const int Margin = 16;
    private const int TitleHeight = 30;

    /// <summary>An SVG picture with a bar for each of the 20 most useful features.</summary>
    /// <param name="importance">Features with their mean gain, most first.</param>
    public static string Draw(IReadOnlyList<(string Feature, double Gain)> importance)
    {
        var shown = importance.Take(MaxFeatures).ToArray();
        var most = shown.Length == 0 ? 1 : Math.Max(shown[0].Gain, double.Epsilon);
        var width = LabelWidth + BarWidth + 80 + (2 * Margin);
        var height = TitleHeight + (RowHeight * shown.Length) + (2 * Margin);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13" role="img" aria-label="Feature importance">""");
        svg.Append(CultureInfo.InvariantCulture, $"""<rect width="{width}" height="{height}" fill="#ffffff"/>""");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""<text x="{Margin}" y="{Margin + 14}" font-size="15" fill="#1f2933">Feature importance: mean gain of a split</text>""");
        for (var i = 0; i < shown.Length; i++)
        {
            var y = Margin + TitleHeight + (i * RowHeight);
            var bar = shown[i].Gain / most * BarWidth;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text x="{Margin + LabelWidth - 8}" y="{y + 14}" text-anchor="end" fill="#1f2933">{WebUtility.HtmlEncode(shown[i].Feature)}</text>""");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<rect x="{Margin + LabelWidth}" y="{y + 3}" width="{bar:f1}" height="{RowHeight - 7}" fill="#2f6f9f"/>""");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<text x="{Margin + LabelWidth + bar + 6:f1}" y="{y + 14}" fill="#52606d">{shown[i].Gain:g3}</text>""");
        }

        return svg.Append("</svg>").ToString();
    }
}
