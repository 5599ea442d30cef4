using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts;
using RecSys.Contracts.Serving.V1;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys recommend USER</c>.</summary>
internal static class RecommendCommand
{
    public static Command Create()
    {
        var user = new Argument<string>("USER") { Description = "The user's id" };
        var count = CommandOptions.Count("tracks", most: 100, otherwise: 10);
        var includeHeard = new Option<bool>("--include-heard") { Description = "Allow tracks that the user has heard" };
        var exclude = new Option<string[]>("--exclude") { Description = "Track ids that must not come", HelpName = "TRACK", AllowMultipleArgumentsPerToken = true };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("recommend", "Recommend tracks to a user, with reasons") { user, count, includeHeard, exclude, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var request = new RecommendRequest
            {
                UserId = parsed.GetValue(user),
                SlateSize = parsed.GetValue(count),
                IncludeHeard = parsed.GetValue(includeHeard),
            };
            request.ExcludedTrackIds.AddRange(parsed.GetValue(exclude) ?? []);
            var slate = await running.Serving.RecommendAsync(request, cancellationToken: cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ToJson(slate), console => Print(console, slate), cancellationToken);
            return 0;
        });
        return command;
    }

    public static JsonObject ToJson(RecommendResponse slate) => new()
    {
        ["user"] = slate.UserId,
        ["modelVersion"] = slate.ModelVersion,
        ["exposure"] = slate.ExposureId,
        ["degraded"] = slate.Degraded,
        ["degradations"] = new JsonArray([.. slate.Degradations.Select(d => JsonValue.Create(d))]),
        ["items"] = new JsonArray([.. slate.Items.Select(item => (JsonNode)new JsonObject
        {
            ["track"] = item.Track.TrackId,
            ["title"] = item.Track.Title,
            ["artist"] = item.Track.Artist,
            ["score"] = item.Score,
            ["sources"] = new JsonArray([.. item.Sources.Select(s => JsonValue.Create(SourceName.Of(s)))]),
            ["reason"] = item.Reason,
        })]),
    };

    public static void Print(IAnsiConsole console, RecommendResponse slate)
    {
        var table = Tables.Create("", "Track", "Artist", "Why", "Sources");
        foreach (var (item, index) in slate.Items.Select((item, index) => (item, index)))
        {
            table.AddRow(
                $"{index + 1}", Markup.Escape(TrackText.Title(item.Track)), Markup.Escape(item.Track.Artist), Markup.Escape(item.Reason),
                string.Join(", ", item.Sources.Select(SourceName.Of)));
        }

        console.Write(table);
        foreach (var degradation in slate.Degradations)
        {
            console.MarkupLineInterpolated($"[yellow]degraded:[/] {degradation}");
        }
    }
}
