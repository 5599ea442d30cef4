using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting;
using RecSys.Hosting.Errors;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys listens submit FILE</c>.</summary>
internal static class ListensCommand
{
    private const int ShownFaults = 1_000;

    public static Command Create() => new("listens", "Hand in listens by hand") { CreateSubmit() };

    private static Command CreateSubmit()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "JSON lines {\"user\",\"track\",\"listenedAt\"[,\"playedShare\"][,\"plays\"]}, or \"artist\" and \"title\" for the track; "
                + "- for standard input; .gz as it is",
        };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("submit", "Submit the listens of a file") { file, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var lines = ListenFile.Read(parsed.GetValue(file)!);
            await using var running = await system.OpenOrCreateAsync(parsed, cancellationToken);
            var writer = ResultWriter.From(parsed, json);
            var result = await SubmitAsync(lines, running, writer.Notes, cancellationToken);
            await writer.WriteAsync(ToJson(result), console => Print(console, result), cancellationToken);
            return result.RejectedCount == 0 ? 0 : Failure.BadCall;
        });
        return command;
    }

    private static async Task<Submitted> SubmitAsync(
        IReadOnlyList<ListenLine> lines, RunningSystem running, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        var faults = new List<LineFault>();
        var indices = new List<int>();
        var listens = new List<Listen>();
        var seen = new HashSet<ListenIdentity>();
        var duplicates = 0L;
        var unreadable = 0L;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.Faults.Count > 0)
            {
                unreadable++;
                faults.AddRange(line.Faults.Select(fault => new LineFault(i, line.Number, fault.Field, fault.Description)));
            }
            else if (IsGood(line.Listen) && !seen.Add(new ListenIdentity(line.Listen)))
            {
                duplicates++;
            }
            else
            {
                indices.Add(i);
                listens.Add(line.Listen);
            }
        }

        var answer = await ListenSubmission.SendAsync(running.Ingest, listens, producer: "recsys listens submit", notes, cancellationToken);
        faults.AddRange(answer.Rejected.Select(rejected => new LineFault(
            indices[(int)rejected.Index], lines[indices[(int)rejected.Index]].Number, rejected.Field, rejected.Reason)));
        return new Submitted(
            answer.Accepted,
            duplicates + answer.Duplicate,
            unreadable + answer.RejectedCount,
            [.. faults.OrderBy(fault => fault.Index).Take(ShownFaults)]);
    }

    // A bad listen is no duplicate of a good one; ingest says what is wrong with it.
    private static bool IsGood(Listen listen)
    {
        var violations = new FieldViolations();
        ListenRules.Check(listen, DateTimeOffset.UtcNow, violations);
        return violations.Count == 0;
    }

    private static JsonObject ToJson(Submitted result) => new()
    {
        ["accepted"] = result.Accepted,
        ["duplicate"] = result.Duplicate,
        ["rejectedCount"] = result.RejectedCount,
        ["rejected"] = new JsonArray([.. result.Faults.Select(fault => (JsonNode)new JsonObject
        {
            ["index"] = fault.Index,
            ["line"] = fault.Line,
            ["field"] = fault.Field,
            ["reason"] = fault.Reason,
        })]),
    };

    private static void Print(IAnsiConsole console, Submitted result)
    {
        console.MarkupLineInterpolated($"{result.Accepted:N0} accepted, {result.Duplicate:N0} duplicate, {result.RejectedCount:N0} rejected");
        foreach (var fault in result.Faults)
        {
            console.MarkupLineInterpolated($"  line {fault.Line}: [red]{fault.Field}[/] {fault.Reason}");
        }
    }

    /// <summary>What became of a file.</summary>
    private sealed record Submitted(long Accepted, long Duplicate, long RejectedCount, IReadOnlyList<LineFault> Faults);

    /// <summary>A bad field of a line; the index counts the lines that are not blank, from 0.</summary>
    private sealed record LineFault(int Index, int Line, string Field, string Reason);
}
