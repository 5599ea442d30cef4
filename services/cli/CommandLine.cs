using System.CommandLine;
using System.CommandLine.Parsing;
using RecSys.Cli.Commands;
using RecSys.Cli.Evaluation;
using RecSys.Cli.Imports;
using RecSys.Cli.Models;
using RecSys.Cli.Output;
using RecSys.Cli.Reports;
using RecSys.Hosting.Settings;

namespace RecSys.Cli;

/// <summary>The <c>recsys</c> command: exit code 0 for success, 2 for a bad call or bad input, 1 for anything else that failed.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // A user may be called @ann: that is no file of more arguments.
        var parsed = CreateRoot().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            return Failure.Report(new UsageException($"{Message(parsed)} See '{Path(parsed.CommandResult)} --help'."));
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

    private static string Message(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            var isOption = token.StartsWith('-');
            if (!isOption && command.Subcommands.Count == 0)
            {
                return $"'{token}' is one argument too many.";
            }

            var near = NearestName.Find(token, isOption ? command.Options.Select(option => option.Name) : command.Subcommands.Select(sub => sub.Name));
            return $"'{token}' is not {(isOption ? "an option" : "a command")} of '{Path(parsed.CommandResult)}'."
                + (near is null ? "" : $" Did you mean '{near}'?");
        }

        // Messages of the parser hold tabs, which are for lists of several lines.
        return string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.') + ".";
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
            ExposuresCommand.Create(),
            RejectedCommand.Create(),
            UsersCommand.Create(),
            TokensCommand.Create(),
            ConfigCommand.Create(),
            CompletionCommand.Create(),
        };
}
