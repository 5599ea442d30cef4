using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Ingest.V1;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys listens submit FILE</c>.</summary>
internal static class ListensCommand
{
    public static Command Create() => new("listens", "Hand in listens by hand") { CreateSubmit() };

    private static Command CreateSubmit()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "JSON lines {\"user\",\"track\",\"listenedAt\"[,\"playedShare\"][,\"plays\"]}; - for standard input; .gz as it is",
        };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("submit", "Submit the listens of a file") { file, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var read = ListenFile.Read(parsed.GetValue(file)!);
            await using var running = await system.OpenOrCreateAsync(parsed, cancellationToken);
            var writer = ResultWriter.From(parsed, json);
            var answer = await ListenSubmission.SendAsync(running.Ingest, read.Listens, producer: "recsys listens submit", writer.Notes, cancellationToken);
            await writer.WriteAsync(ToJson(answer, read.Lines), console => Print(console, answer, read.Lines), cancellationToken);
            return answer.RejectedCount == 0 ? 0 : Failure.BadCall;
        });
        return command;
    }

    private static JsonObject ToJson(StreamListensResponse answer, IReadOnlyList<int> lines) => new()
    {
        ["accepted"] = answer.Accepted,
        ["duplicate"] = answer.Duplicate,
        ["rejected"] = new JsonArray([.. answer.Rejected.Select(r => (JsonNode)new JsonObject { ["index"] = r.Index, ["line"] = lines[(int)r.Index], ["field"] = r.Field, ["reason"] = r.Reason })]),
    };

    private static void Print(IAnsiConsole console, StreamListensResponse answer, IReadOnlyList<int> lines)
    {
        console.MarkupLineInterpolated($"{answer.Accepted:N0} accepted, {answer.Duplicate:N0} duplicate, {answer.RejectedCount:N0} rejected");
        foreach (var rejected in answer.Rejected)
        {
            console.MarkupLineInterpolated($"  line {lines[(int)rejected.Index]}: [red]{rejected.Field}[/] {rejected.Reason}");
        }
    }
}
