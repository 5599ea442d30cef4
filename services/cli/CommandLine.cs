using System.CommandLine;
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
            var path = parsed.CommandResult.Command == root ? "recsys" : $"recsys {parsed.CommandResult.Command.Name}";
            return Failure.Report(new UsageException($"{parsed.Errors[0].Message.TrimEnd('.')}. See '{path} --help'."));
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
