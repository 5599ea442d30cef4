using System.Globalization;

namespace RecSys.Cli.Output;

/// <summary>Spans of time as they are given on the command line: a number with s, m, h or d.</summary>
internal static class DurationText
{
    /// <summary>The span that the text means.</summary>
    /// <param name="option">The option it was given to, for the message.</param>
    /// <param name="text">Such as 30m.</param>
    /// <exception cref="UsageException">It isn't a span above zero.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => 0 };
        return unit > 0
            && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * unit is > 0 and <= 366 * 86_400
            ? TimeSpan.FromSeconds(count * unit)
            : throw new UsageException($"{option} {text}: give a time above zero with its unit, such as 90s, 30m, 2h or 1d.");
    }
}
