using System.CommandLine;
using System.CommandLine.Parsing;
using RecSys.Cli.Commands;
using RecSys.Cli.Output;

namespace RecSys.Cli;

/// <summary>The <c>recsys</c> command: exit code 0 for success, 2 for a bad call or bad input, 1 for anything else that failed.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = CreateRoot();
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            // Messages of the parser hold tabs, which are for lists of several lines.
            var message = string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
            return Failure.Report(new UsageException($"{message}. See '{Path(parsed.CommandResult)} --help'."));
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception exception)
        {
            return Failure.Report(exception);
        }
    }

    /// <summary>The command with those above it, as it is typed.</summary>
    private static string Path(CommandResult result)
    {
        var names = new Stack<string>();
        for (var at = result; at?.Parent is not null; at = at.Parent as CommandResult)
        {
            names.Push(at.Command.Name);
        }

        return string.Join(' ', names.Prepend("recsys"));
    }

    private static RootCommand CreateRoot() =>
        new("A self-hosted music recommender: listens go in, recommendations come out, and a person can see why.")
        {
            DemoCommand.Create(),
            UpCommand.Create(),
            ImportCommand.Create(),
            GenerateCommand.Create(),
            LakeCommand.Create(),
            TrainCommand.Create(),
            EvaluateCommand.Create(),
            SweepCommand.Create(),
            ReportCommand.Create(),
            RecommendCommand.Create(),
            SimilarCommand.Create(),
            HistoryCommand.Create(),
            ModelsCommand.Create(),
            ListensCommand.Create(),
        };
}
