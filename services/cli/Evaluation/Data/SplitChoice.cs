using System.Globalization;
using RecSys.Algorithms;
using RecSys.Algorithms.Splits;
using RecSys.Cli.Output;
using RecSys.Contracts;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>A split as it is named on the command line.</summary>
/// <param name="Kind">What divides the log.</param>
/// <param name="Value">What stands behind the colon; null for the default.</param>
internal sealed record SplitChoice(SplitKind Kind, string? Value)
{
    public const string Help = "time[:DATE], last-days:N, leave-last[:N], random, hash[:N]";

    private const int DefaultModulus = 5;
    private const double DefaultDays = 30;

    /// <summary>Whether rows must have times; null where they are used if there are any.</summary>
    public bool? NeedsTimes => Kind switch
    {
        SplitKind.Auto => null,
        SplitKind.Time or SplitKind.LastDays or SplitKind.LeaveLast => true,
        _ => false,
    };

    public static SplitChoice Parse(string? text)
    {
        if (text is null)
        {
            return new SplitChoice(SplitKind.Auto, null);
        }

        var at = text.IndexOf(':');
        var name = at < 0 ? text : text[..at];
        SplitKind? kind = name switch
        {
            "time" => SplitKind.Time,
            "last-days" => SplitKind.LastDays,
            "leave-last" => SplitKind.LeaveLast,
            "random" when at < 0 => SplitKind.Random,
            "hash" => SplitKind.Hash,
            _ => null,
        };
        if (kind is null)
        {
            throw new UsageException($"--split {text}: there is no such split. There are {Help}.");
        }

        var choice = new SplitChoice(kind.Value, at < 0 ? null : text[(at + 1)..]);
        choice.CheckValue();
        return choice;
    }

    public ISplitter Create(BuiltLog built, double testShare, int seed) => Kind switch
    {
        SplitKind.Auto when !built.Log.HasTimes => new RandomByUserSplit(testShare, seed),
        SplitKind.Auto or SplitKind.Time => new GlobalTimeSplit(Value is null ? CutFor(built.Log, testShare) : Date(Value)),
        SplitKind.LastDays => new LastDaysSplit(Days),
        SplitKind.LeaveLast => new LeaveLastSplit(Listens),
        SplitKind.Random => new RandomByUserSplit(testShare, seed),
        _ => new HashSplit(
            built.UserKeys ?? throw NoNumbers("user"), built.ItemKeys ?? throw NoNumbers("item"), Modulus),
    };

    private double Days => Number("a number of days above 0", DefaultDays);

    private int Listens => Whole("a number of listens of 1 or more", 1);

    private int Modulus => Whole("one pair in how many is test, 2 or more", DefaultModulus);

    // Reads the value once before there is a log, so that a bad one is refused first.
    private void CheckValue() => _ = Kind switch
    {
        SplitKind.Time when Value is not null => (object)Date(Value),
        SplitKind.LastDays => Days,
        SplitKind.LeaveLast => Listens,
        SplitKind.Hash => Modulus,
        _ => true,
    };

    // The moment that leaves about the given share of the rows to test.
    private static DateTimeOffset CutFor(InteractionRows log, double testShare)
    {
        if (!(testShare > 0 && testShare < 1))
        {
            throw new UsageException($"--test-share {testShare}: give a share between 0 and 1, such as 0.2.");
        }

        var times = log.Times.ToArray();
        Array.Sort(times);
        var cut = times[Math.Min((int)((1 - testShare) * times.Length), times.Length - 1)];
        return UnixMicroseconds.ToTime(cut);
    }

    private static UsageException NoNumbers(string side) =>
        new($"--split hash needs ids that are whole numbers, and a {side} id of this log isn't one. Use --split random.");

    private static DateTimeOffset Date(string text) =>
        TimeText.TryParse(text, out var date)
            ? date
            : throw new UsageException($"--split time:{text}: give a date such as 2022-12-16 or 2022-12-16T12:00:00Z, or Unix seconds.");

    private double Number(string allowed, double otherwise) =>
        Value is null ? otherwise
        : double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value
        : throw new UsageException($"--split: '{Value}' must be {allowed}.");

    private int Whole(string allowed, int otherwise) =>
        Value is null ? otherwise
        : int.TryParse(Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value
        : throw new UsageException($"--split: '{Value}' must be {allowed}.");
}

/// <summary>What divides a log into train and test.</summary>
internal enum SplitKind
{
    /// <summary>By time where the log has times, else at random.</summary>
    Auto,

    /// <summary>At one moment for all users.</summary>
    Time,

    /// <summary>The last days of the log are test.</summary>
    LastDays,

    /// <summary>The last listens of each user are test.</summary>
    LeaveLast,

    /// <summary>A random share of each user's items is test.</summary>
    Random,

    /// <summary>One pair in N by a hash of numeric ids, which any program can repeat.</summary>
    Hash,
}
