using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RecSys.Cli.Output;
using RecSys.Contracts;

namespace RecSys.Cli.Commands;

/// <summary>Options that several commands have, each with one meaning, one range and one way to say what is wrong.</summary>
internal static class CommandOptions
{
    /// <summary><c>--count</c>, <c>-n</c>: the length of what is shown.</summary>
    /// <param name="what">Of what, such as <c>tracks</c>.</param>
    /// <param name="most">At most so many, at least 1.</param>
    /// <param name="otherwise">Without the option.</param>
    public static Option<int> Count(string what, int most, int otherwise) => Whole("--count", $"How many {what}", 1, most, otherwise, "-n");

    /// <summary><c>--seed</c>: the same seed gives the same result.</summary>
    /// <param name="of">What is drawn with it.</param>
    /// <param name="otherwise">Without the option.</param>
    public static Option<int> Seed(string of, int otherwise = 42) => Whole("--seed", $"Seed of {of}", int.MinValue, int.MaxValue, otherwise);

    /// <summary><c>--import</c>: parts of the lake, by the names of its imports.</summary>
    /// <param name="does">What is done with them, such as <c>Look at</c>.</param>
    public static Option<string[]> Imports(string does) => new("--import")
    {
        Description = $"{does} these imports only; by default everything in the lake",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>A whole number in a range, which its description names.</summary>
    /// <param name="name">Such as <c>--users</c>.</param>
    /// <param name="description">What it means, without the range.</param>
    /// <param name="least">The smallest value.</param>
    /// <param name="most">The largest value.</param>
    /// <param name="otherwise">Without the option.</param>
    /// <param name="aliases">Shorter names.</param>
    public static Option<int> Whole(string name, string description, int least, int most, int otherwise, params string[] aliases)
    {
        var option = new Option<int>(name, aliases)
        {
            Description = least == int.MinValue ? description : string.Create(CultureInfo.InvariantCulture, $"{description}, {least:N0} to {most:N0}"),
            HelpName = "N",
            DefaultValueFactory = _ => otherwise,
            CustomParser = result => (int)Parse(result, name, least, most),
        };
        return option;
    }

    /// <inheritdoc cref="Whole"/>
    public static Option<long> Long(string name, string description, long least, long most, long otherwise) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result => Parse(result, name, least, most),
    };

    /// <summary>A span of time with its unit.</summary>
    /// <param name="name">Such as <c>--gap</c>.</param>
    /// <param name="description">What it means.</param>
    /// <param name="otherwise">Without the option.</param>
    public static Option<TimeSpan> Duration(string name, string description, TimeSpan otherwise) => new(name)
    {
        Description = $"{description}, such as 45s, 30m, 2h or 1d",
        HelpName = "TIME",
        DefaultValueFactory = _ => otherwise,
        CustomParser = result =>
        {
            try
            {
                return DurationText.Parse(name, result.Tokens[0].Value);
            }
            catch (UsageException exception)
            {
                result.AddError(exception.Message);
                return default;
            }
        },
    };

    /// <summary>A moment.</summary>
    /// <param name="name">Such as <c>--since</c>.</param>
    /// <param name="description">What it means.</param>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (TimeText.TryParse(result.Tokens[0].Value, out var time))
            {
                return time;
            }

            result.AddError($"{name} {result.Tokens[0].Value}: a date or time such as 2009-06-20 or 2009-06-20T12:00:00Z, or Unix seconds are needed.");
            return null;
        },
    };

    private static long Parse(ArgumentResult result, string name, long least, long most)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        // The name as it was typed, such as -n.
        var typed = (result.Parent as OptionResult)?.IdentifierToken?.Value ?? name;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{typed} {text}: a whole number from {least:N0} to {most:N0} is needed"));
        return default;
    }
}
