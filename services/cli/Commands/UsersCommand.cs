using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Cli.Pictures;
using RecSys.Contracts.Ingest.V1;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys users delete USER</c> and <c>deleted</c>.</summary>
internal static class UsersCommand
{
    private const int PageSize = 500;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    public static Command Create() => new("users", "Delete people's data, and see how far that is (docs/privacy.md)") { CreateDelete(), CreateDeleted() };

    private static Command CreateDelete()
    {
        var user = new Argument<string>("USER") { Description = "The user's id, as producers send it" };
        var wait = new Option<bool>("--wait")
        {
            Description = "Wait until nothing is left in files and models, which takes Trainer:ErasureGrace and a little more; a system that runs does it by itself",
        };
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("delete", "Delete everything of a person, everywhere; it can't be taken back") { user, wait, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var userId = parsed.GetValue(user)!;
            var answer = await running.Ingest.DeleteUserAsync(new DeleteUserRequest { UserId = userId }, cancellationToken: cancellationToken);
            var writer = ResultWriter.From(parsed, json);
            var deleted = parsed.GetValue(wait)
                ? await ProgressView.RunAsync(writer.Notes, "Erasing", _ => WaitAsync(running.Ingest, answer.DeletedUser, cancellationToken))
                : answer.DeletedUser;
            var result = ToJson(deleted);
            result["recentListens"] = answer.RecentListens;
            result["rejectedListens"] = answer.RejectedListens;
            result["recommendationLists"] = answer.RecommendationLists;
            await writer.WriteAsync(
                result,
                console => console.MarkupLineInterpolated(
                    $"{userId} is deleted: {NumberText.Count(answer.RecentListens, "recent listen")}, {NumberText.Count(answer.RejectedListens, "rejected listen")} and {NumberText.Count(answer.RecommendationLists, "recommendation list")} are gone. {(deleted.EraseTime is null ? "Files and models are cleared in the background while the system runs; 'recsys users deleted' shows when that is done." : "Nothing is left.")}"),
                cancellationToken);
            return 0;
        });
        return command;
    }

    // One that was deleted again meanwhile has another time, and is waited for as well.
    private static async Task<DeletedUser> WaitAsync(IngestService.IngestServiceClient ingest, DeletedUser deleted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var request = new ListDeletedUsersRequest { PageSize = PageSize };
            do
            {
                var page = await ingest.ListDeletedUsersAsync(request, cancellationToken: cancellationToken);
                if (page.DeletedUsers.FirstOrDefault(user => user.UserHash == deleted.UserHash) is { } found)
                {
                    if (found.EraseTime is not null)
                    {
                        return found;
                    }

                    break;
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            await Task.Delay(LookAgain, cancellationToken);
        }
    }

    private static Command CreateDeleted()
    {
        var count = CommandOptions.Count("deletions", most: 100_000, otherwise: 20);
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("deleted", "List the deletions, newest first: in progress by user, finished ones by the hash of the user") { count, json };
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var (request, wanted, found) = (new ListDeletedUsersRequest(), parsed.GetValue(count), new List<DeletedUser>());
            do
            {
                request.PageSize = Math.Min(PageSize, wanted - found.Count);
                var page = await running.Ingest.ListDeletedUsersAsync(request, cancellationToken: cancellationToken);
                found.AddRange(page.DeletedUsers);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0 && found.Count < wanted);

            var hasMore = request.PageToken.Length > 0;
            await ResultWriter.From(parsed, json).WriteAsync(
                new JsonObject { ["items"] = new JsonArray([.. found.Select(deleted => (JsonNode)ToJson(deleted))]), ["more"] = hasMore },
                console => Print(console, found, hasMore),
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static JsonObject ToJson(DeletedUser deleted) => new()
    {
        ["hash"] = deleted.UserHash,
        ["user"] = deleted.UserId.Length > 0 ? deleted.UserId : null,
        ["state"] = StateOf(deleted),
        ["deletedAt"] = deleted.DeleteTime.ToDateTimeOffset().ToString("O"),
        ["erasedAt"] = deleted.EraseTime?.ToDateTimeOffset().ToString("O"),
    };

    private static void Print(IAnsiConsole console, List<DeletedUser> found, bool more)
    {
        if (found.Count == 0)
        {
            console.WriteLine("Nobody was deleted.");
            return;
        }

        var table = Tables.Create("Deleted (UTC)", "User", "State", "Erased (UTC)");
        foreach (var deleted in found)
        {
            table.AddRow(
                Time(deleted.DeleteTime.ToDateTimeOffset()),
                Markup.Escape(deleted.UserId.Length > 0 ? deleted.UserId : deleted.UserHash),
                StateOf(deleted),
                deleted.EraseTime is { } erased ? Time(erased.ToDateTimeOffset()) : "");
        }

        console.Write(table);
        if (more)
        {
            console.WriteLine("There are more; -n shows them.");
        }
    }

    private static string StateOf(DeletedUser deleted) => deleted.EraseTime is null ? "erasing" : "erased";

    private static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
