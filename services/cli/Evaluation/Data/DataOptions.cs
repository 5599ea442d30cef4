using System.CommandLine;
using System.Globalization;
using RecSys.Algorithms.Splits;
using RecSys.Cli.Commands;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using Spectre.Console;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>The options that say what to measure on: a data folder with a split, or two files that are split already.</summary>
internal sealed class DataOptions
{
    private readonly Option<DirectoryInfo> _data = SystemOptions.DataFolder("Data folder whose listens and imports are split and measured");

    private readonly Option<string[]> _imports = CommandOptions.Imports("Measure on");

    private readonly Option<string?> _split = new("--split")
    {
        Description = $"How the log is divided: {SplitChoice.Help}; by default time where the log has times, else random",
        HelpName = "SPLIT",
    };

    private readonly Option<string> _testShare = new("--test-share")
    {
        Description = "Share that is test with --split time and random",
        HelpName = "SHARE",
        DefaultValueFactory = _ => "0.2",
    };

    private readonly Option<bool> _novelty = new("--novelty")
    {
        Description = "Recommend and count only what is new to a user; false also ranks and counts repeats",
        DefaultValueFactory = _ => true,
    };

    private readonly Option<FileInfo?> _train = new("--train") { Description = "Train file, instead of a data folder; .gz is read as it is", HelpName = "FILE" };
    private readonly Option<FileInfo?> _test = new("--test") { Description = "Test file that belongs to --train", HelpName = "FILE" };

    private readonly Option<string> _format = new("--format")
    {
        Description = "Of --train and --test: adjacency (a line is user item item …) or triples (user, item, weight[, time])",
        DefaultValueFactory = _ => "adjacency",
    };

    public Option<int> Seed { get; } = CommandOptions.Seed("the random split and of the bootstrap");

    public void AddTo(Command command)
    {
        _format.AcceptOnlyFromAmong("adjacency", "triples");
        foreach (var option in (Option[])[_data, _imports, _split, _testShare, _novelty, _train, _test, _format, Seed])
        {
            command.Options.Add(option);
        }
    }

    /// <param name="parsed">The call.</param>
    /// <param name="wantTimes">Whether a model needs the times of listens.</param>
    /// <param name="notes">Receives progress and remarks.</param>
    /// <param name="cancellationToken">Ends the reading early.</param>
    public async Task<EvaluationData> LoadAsync(ParseResult parsed, bool wantTimes, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        var train = parsed.GetValue(_train);
        var test = parsed.GetValue(_test);
        if ((train is null) != (test is null))
        {
            throw new UsageException($"{(train is null ? "--test" : "--train")} is given alone: name both files, --train FILE --test FILE.");
        }

        if (train is not null && new Option[] { _split, _data, _imports }.Any(option => parsed.GetResult(option) is { Implicit: false }))
        {
            throw new UsageException("--train and --test are a split already: leave --data, --import and --split out, or import the log and split that.");
        }

        var novelty = parsed.GetValue(_novelty);
        return await ProgressView.RunAsync(notes, "Reading", async report =>
        {
            var builder = new LogBuilder();
            var (built, splitter) = train is null
                ? await ReadLakeAsync(parsed, builder, wantTimes, cancellationToken)
                : await ReadFilesAsync(train, test!, parsed.GetValue(_format)!, builder, wantTimes, notes, cancellationToken);
            var split = DataSplit.Create(built.Log, splitter, new SplitOptions { NewPairsOnly = novelty });
            report(1, $"{split.Train.CellCount:N0} train and {NumberText.Count(split.Test.CellCount, "test pair")}");
            return new EvaluationData(split, novelty, train is null ? parsed.GetValue(_data)!.ToString() : $"{train}, {test}");
        });
    }

    private static async Task<(BuiltLog Built, ISplitter Splitter)> ReadFilesAsync(
        FileInfo train, FileInfo test, string format, LogBuilder builder, bool wantTimes, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        if (format == "adjacency" && wantTimes)
        {
            throw new UsageException("A model of what comes next (markov) needs times, and --format adjacency has none. Give triples with a time.");
        }

        var isTimed = await ReadAsync(train);
        var trainRows = builder.RowCount;
        isTimed &= await ReadAsync(test);
        return (builder.Build(isTimed), new FileSplit(trainRows));

        async Task<bool> ReadAsync(FileInfo file)
        {
            if (format == "triples")
            {
                return await TriplesFile.ReadAsync(file, builder, wantTimes, notes, cancellationToken);
            }

            await AdjacencyFile.ReadAsync(file, builder, cancellationToken);
            return false;
        }
    }

    private async Task<(BuiltLog Built, ISplitter Splitter)> ReadLakeAsync(
        ParseResult parsed, LogBuilder builder, bool wantTimes, CancellationToken cancellationToken)
    {
        var choice = SplitChoice.Parse(parsed.GetValue(_split));
        var shareText = parsed.GetValue(_testShare);
        if (!double.TryParse(shareText, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) || !(share > 0 && share < 1))
        {
            throw new UsageException($"--test-share {shareText}: give a share between 0 and 1, such as 0.2.");
        }

        var isTimed = await LakeLog.ReadAsync(parsed.GetValue(_data)!, parsed.GetValue(_imports) ?? [], builder, wantTimes ? true : choice.NeedsTimes, cancellationToken);
        var built = builder.Build(isTimed);
        return (built, choice.Create(built, share, parsed.GetValue(Seed)));
    }
}
