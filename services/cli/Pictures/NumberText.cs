using System.Globalization;

namespace RecSys.Cli.Pictures;

/// <summary>Numbers as people read them.</summary>
internal static class NumberText
{
    // A narrow space that does not break the line.
    private const string Space = "\u202f";

    private static readonly (double Size, string Unit)[] Units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    /// <summary>Three digits and a unit: 1.23 M, 34.5 k; numbers below 10,000 as they are.</summary>
    public static string Short(double value)
    {
        var size = Math.Abs(value);
        if (size < 9_999.5)
        {
            return size >= 100 || value == Math.Floor(value) ? Whole(Math.Round(value)) : Digits(value);
        }

        // 999,960 is 1 M and not 1000 k.
        var (unitSize, unit) = Units.First(candidate => size >= 0.9995 * candidate.Size);
        return Digits(value / unitSize) + Space + unit;
    }

    /// <summary>All digits, in groups of three.</summary>
    public static string Whole(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share of 1 in percent, with three digits at most: 45.1 %, 100 %, 0.032 %.</summary>
    public static string Percent(double share) => Digits(share * 100) + Space + "%";

    /// <summary>Minutes in the unit that suits them.</summary>
    public static string Minutes(double minutes) => minutes switch
    {
        < 1 and > 0 => Digits(minutes * 60) + Space + "s",
        >= 2_880 => Digits(minutes / 1_440) + Space + "days",
        >= 120 => Digits(minutes / 60) + Space + "h",
        _ => Digits(minutes) + Space + "min",
    };

    // Up to three digits, without zeros at the end.
    private static string Digits(double value)
    {
        var size = Math.Abs(value);
        var decimals = size switch { >= 99.95 => 0, >= 9.995 => 1, >= 0.995 or 0 => 2, >= 0.0995 => 3, _ => 4 };
        return Math.Round(value, decimals).ToString("#,0.####", CultureInfo.InvariantCulture);
    }

    /// <summary>A count with its word: <c>1 user</c>, <c>1,892 users</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The word for one, which takes an s.</param>
    public static string Count(long count, string one) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {one}{(count == 1 ? "" : "s")}");
}
