using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Serving.V1;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys history USER</c>.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        var user = new Argument<string>("USER") { Description = "The user's id" };
        var count = CommandOptions.Count("listens", most: 1_000, otherwise: 20);
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("history", "Show what a user heard last") { user, count, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var request = new GetHistoryRequest { UserId = parsed.GetValue(user), PageSize = parsed.GetValue(count) };
            var history = await running.Serving.GetHistoryAsync(request, cancellationToken: cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ToJson(history), console => Print(console, history), cancellationToken);
            return 0;
        });
        return command;
    }

    public static JsonObject ToJson(GetHistoryResponse history) => new()
    {
        ["user"] = history.UserId,
        ["items"] = new JsonArray([.. history.Items.Select(item => (JsonNode)new JsonObject
        {
            ["track"] = item.Track.TrackId,
            ["title"] = item.Track.Title,
            ["artist"] = item.Track.Artist,
            ["listenedAt"] = item.ListenTime.ToDateTimeOffset().ToString("O"),
            ["playedShare"] = item.HasPlayedShare ? item.PlayedShare : null,
            ["plays"] = item.PlayCount,
        })]),
    };

    public static void Print(IAnsiConsole console, GetHistoryResponse history)
    {
        if (history.Items.Count == 0)
        {
            console.MarkupLineInterpolated($"{history.UserId} has no listens.");
            return;
        }

        var table = Tables.Create("Heard (UTC)", "Track", "Artist", "Plays");
        foreach (var item in history.Items)
        {
            table.AddRow(
                HeardAt(item), Markup.Escape(TrackText.Title(item.Track)), Markup.Escape(item.Track.Artist), $"{item.PlayCount}");
        }

        console.Write(table);
    }

    /// <summary>Logs without times come in at the beginning of 1970.</summary>
    private static string HeardAt(HistoryItem item) => item.ListenTime.Seconds == 0 ? "unknown" : $"{item.ListenTime.ToDateTime():yyyy-MM-dd HH:mm}";
}
