using System.Globalization;
using RecSys.Contracts.Common.V1;
using Spectre.Console;

namespace RecSys.Cli.Output;

/// <summary>Tracks in words.</summary>
internal static class TrackText
{
    /// <summary>The title; the id where the catalogue has none.</summary>
    public static string Title(Track track) => track.Title.Length > 0 ? track.Title : track.TrackId;

    /// <summary>Title and artist.</summary>
    public static string Full(Track track) => track.Artist.Length > 0 ? $"{Title(track)} by {track.Artist}" : Title(track);
}

/// <summary>The one look of all tables.</summary>
internal static class Tables
{
    public static Table Create(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn($"[bold]{Markup.Escape(column)}[/]"));
        }

        return table;
    }
}

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
