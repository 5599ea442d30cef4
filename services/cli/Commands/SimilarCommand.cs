using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Serving.V1;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys similar TRACK</c>.</summary>
internal static class SimilarCommand
{
    public static Command Create()
    {
        var track = new Argument<string>("TRACK") { Description = "The track's id" };
        var count = CommandOptions.Count("tracks", most: 100, otherwise: 10);
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("similar", "Show the tracks nearest to a track") { track, count, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var request = new SimilarTracksRequest { TrackId = parsed.GetValue(track), TrackCount = parsed.GetValue(count) };
            var similar = await running.Serving.SimilarTracksAsync(request, cancellationToken: cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ToJson(similar), console => Print(console, similar), cancellationToken);
            return 0;
        });
        return command;
    }

    public static JsonObject ToJson(SimilarTracksResponse similar) => new()
    {
        ["track"] = similar.Track.TrackId,
        ["title"] = similar.Track.Title,
        ["modelVersion"] = similar.ModelVersion,
        ["items"] = new JsonArray([.. similar.Items.Select(item => (JsonNode)new JsonObject
        {
            ["track"] = item.Track.TrackId,
            ["title"] = item.Track.Title,
            ["artist"] = item.Track.Artist,
            ["score"] = item.Score,
        })]),
    };

    public static void Print(IAnsiConsole console, SimilarTracksResponse similar)
    {
        console.MarkupLineInterpolated($"Similar to [bold]{TrackText.Full(similar.Track)}[/]");
        var table = Tables.Create("", "Track", "Artist", "Cosine");
        foreach (var (item, index) in similar.Items.Select((item, index) => (item, index)))
        {
            table.AddRow($"{index + 1}", Markup.Escape(TrackText.Title(item.Track)), Markup.Escape(item.Track.Artist), $"{item.Score:F3}");
        }

        console.Write(table);
    }
}
