using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Cli.Connections;
using RecSys.Cli.Models;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data.Histories;
using RecSys.Hosting;
using RecSys.Lake;
using RecSys.Standalone;
using RecSys.Trainer.Ranker;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary>Everything a user of the system would do, through its public API, in a data folder of its own.</summary>
internal sealed class DemoRun(ResultWriter writer, DirectoryInfo folder, TrainModelRequest training, string? chosenUser, bool stay)
{
    private const int Shown = 10;

    public async Task RunAsync(Func<IAnsiConsole, DirectoryInfo, Task<DemoLog>> read, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var console = writer.Notes;
        if (LightGbm.Missing is { } remedy)
        {
            console.WriteLine(remedy);
        }

        var settings = stay ? StandaloneSettings.ForUp(folder, logsShown: false) : StandaloneSettings.Quiet(folder);
        await using var host = await StandaloneHost.StartAsync(settings with { IsIsolated = true }, cancellationToken);
        await using var system = RunningSystem.Of(host.GrpcAddress, host.ServiceToken, host: null);

        var log = await read(console, folder.CreateSubdirectory("source"));
        await ListenSubmission.SendTracksAsync(system.Ingest, log.Tracks, console, cancellationToken);
        var plays = log.Listens.ToLookup(listen => listen.ListenTime.ToDateTimeOffset() >= ListenRules.EarliestTime);
        await ImportAsync(host, [.. plays[false]], console, cancellationToken);
        var submitted = await ListenSubmission.SendAsync(system.Ingest, [.. plays[true]], "recsys demo", console, cancellationToken);
        if (submitted.RejectedCount > 0)
        {
            var first = submitted.Rejected[0];
            throw new UsageException($"Ingest refused {NumberText.Count(submitted.RejectedCount, "listen")}; the first is listen {first.Index}: {first.Field} {first.Reason}");
        }

        var model = await TrainingRun.CompleteAsync(system.Trainer, training, console, cancellationToken);
        var user = chosenUser ?? TypicalUser(log.Listens);
        var history = await system.Serving.GetHistoryAsync(new GetHistoryRequest { UserId = user, PageSize = Shown }, cancellationToken: cancellationToken);
        var slate = await system.Serving.RecommendAsync(new RecommendRequest { UserId = user, SlateSize = Shown }, cancellationToken: cancellationToken);
        var similar = await system.Serving.SimilarTracksAsync(
            new SimilarTracksRequest { TrackId = slate.Items[0].Track.TrackId, TrackCount = 5 }, cancellationToken: cancellationToken);

        var result = EvaluationJson.From(model);
        result["user"] = user;
        result["history"] = HistoryCommand.ToJson(history);
        result["recommendations"] = RecommendCommand.ToJson(slate);
        result["similar"] = SimilarCommand.ToJson(similar);
        result["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 1);
        await writer.WriteAsync(
            result,
            output =>
            {
                output.WriteLine();
                output.WriteLine(log.Description);
                ModelText.PrintMetrics(output, model);
                output.MarkupLineInterpolated($"[bold]{user}[/] heard last");
                HistoryCommand.Print(output, history);
                output.MarkupLineInterpolated($"Recommended to [bold]{user}[/]");
                RecommendCommand.Print(output, slate);
                SimilarCommand.Print(output, similar);
                output.WriteLine($"{clock.Elapsed.TotalSeconds:F1} s in all");
            },
            cancellationToken);
        if (stay)
        {
            console.WriteLine($"Serving: gRPC {host.GrpcAddress}  HTTP {host.HttpAddress}  (Ctrl+C stops it)");
            await host.WaitForShutdownAsync(cancellationToken);
        }
    }

    // Logs without times, or of other things than plays, are no listens that a player would send: they come in as an import does.
    private static async Task ImportAsync(StandaloneHost host, IReadOnlyList<Listen> listens, IAnsiConsole console, CancellationToken cancellationToken)
    {
        if (listens.Count == 0)
        {
            return;
        }

        await ProgressView.RunAsync(console, $"Importing {NumberText.Count(listens.Count, "listen")} without a time that players send", async _ =>
        {
            LakeListen[] imported = [.. listens.Select(ToLakeListen)];
            await host.Services.GetRequiredService<ListenLake>().AppendAsync(imported, cancellationToken);
            return await host.Services.GetRequiredService<ListenHistoryStore>().AddAsync([.. imported.Select(listen => listen.ToRecentListen())], cancellationToken);
        });

        static LakeListen ToLakeListen(Listen listen) => new(
            listen.UserId, listen.TrackId, listen.ListenTime.ToDateTimeOffset(), listen.HasPlayedShare ? listen.PlayedShare : null, Math.Max(1, (int)listen.PlayCount));
    }

    /// <summary>The user whose number of listens is the median's: neither a newcomer nor a machine.</summary>
    private static string TypicalUser(IEnumerable<Listen> listens)
    {
        var users = listens.GroupBy(listen => listen.UserId).OrderBy(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).ToArray();
        return users[users.Length / 2].Key;
    }
}
