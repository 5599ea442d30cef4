using System.Globalization;
using System.Text.RegularExpressions;

namespace RecSys.Contracts;

/// <summary>
/// What a time in text may be. Whatever reads times that people wrote asks here: what one of them takes, no other takes for
/// another moment.
/// <para>
/// A time is ISO 8601: a date, or a date and a time of day with or without an offset, which is UTC then. Names of zones, a day without its
/// year, a time without its day and dates whose day and month could be taken for each other are no times.
/// </para>
/// </summary>
public static partial class TimeText
{
    /// <summary>
    /// Matches a time, apart from days that a month doesn't have, for queries. Its groups: year, month, day, hour, minute, second,
    /// fraction, and the offset's sign, hours and minutes, all but the date perhaps empty. .NET and RE2, which DuckDB uses, read it alike.
    /// </summary>
    public const string Pattern =
        "^([0-9]{4})-?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])"
        + "(?:[Tt ]([01][0-9]|2[0-3]):?([0-5][0-9])(?::?([0-5][0-9])(?:[.,]([0-9]{1,9}))?)?"
        + "(?: ?(?:[Zz]|UTC|GMT|([+-])(0[0-9]|1[0-5])(?::?([0-5][0-9]))?))?)?$";

    /// <summary>The shortest number that may stand for seconds since 1970 where dates are written, too: 2010 and 201004 are no times.</summary>
    private const int MinSecondsDigits = 9;

    private const int MaxSecondsDigits = 11;

    // Of a fraction, 100 ns are the smallest part that a time has.
    private const int FractionDigits = 7;

    /// <summary>Reads ISO 8601.</summary>
    public static bool TryParseIso(string text, out DateTimeOffset time)
    {
        time = default;
        if (Iso().Match(text.Trim()) is not { Success: true } match
            || !DateTime.TryParseExact($"{match.Groups[1].ValueSpan}{match.Groups[2].ValueSpan}{match.Groups[3].ValueSpan}", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return false;
        }

        int Number(int group) => match.Groups[group].Length == 0 ? 0 : int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        var fraction = match.Groups[7].Value.PadRight(FractionDigits, '0')[..FractionDigits];
        var ticks = date.Ticks + new TimeSpan(Number(4), Number(5), Number(6)).Ticks + long.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        var offset = new TimeSpan(Number(9), Number(10), 0).Ticks;
        ticks -= match.Groups[8].Value == "-" ? -offset : offset;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary>Reads ISO 8601 or whole seconds since 1970 of 9 to 11 digits.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        var trimmed = text.Trim();
        if (trimmed.Length is >= MinSecondsDigits and <= MaxSecondsDigits && long.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        return TryParseIso(trimmed, out time);
    }

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}
