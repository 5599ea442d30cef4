using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys rejected list</c> and <c>replay</c>.</summary>
internal static class RejectedCommand
{
    private const int PageSize = 500;

    /// <summary>A replay of all that can be kept takes minutes.</summary>
    private static readonly TimeSpan ReplayDeadline = TimeSpan.FromHours(1);

    public static Command Create() => new("rejected", "Look at listens and exposures that were refused, and send them again") { CreateList(), CreateReplay() };

    private static Command CreateList()
    {
        var filter = new FilterOptions();
        var count = CommandOptions.Count("rejected listens and exposures", most: 100_000, otherwise: 20);
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("list", "Show what was refused and why, newest first") { count, json };
        filter.AddTo(command);
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var request = new ListRejectedRequest { Filter = filter.Read(parsed) };
            var wanted = parsed.GetValue(count);
            var found = new List<KeptRejection>();
            do
            {
                request.PageSize = Math.Min(PageSize, wanted - found.Count);
                var page = await running.Ingest.ListRejectedAsync(request, cancellationToken: cancellationToken);
                found.AddRange(page.Rejections);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0 && found.Count < wanted);

            var hasMore = request.PageToken.Length > 0;
            await ResultWriter.From(parsed, json).WriteAsync(
                new JsonObject { ["items"] = ToJson(found), ["more"] = hasMore }, console => Print(console, found, hasMore), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command CreateReplay()
    {
        var ids = new Argument<string[]>("ID") { Description = "Ids as 'rejected list' shows them; without any, --all or a filter", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Everything that is kept" };
        var filter = new FilterOptions();
        var json = ResultWriter.CreateOption();
        var system = new SystemOptions();
        var command = new Command("replay", "Judge what was refused again, and submit what is good now") { ids, all, json };
        filter.AddTo(command);
        system.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(ids)!;
            var chosen = filter.Read(parsed);
            if ((given.Length > 0 ? 1 : 0) + (parsed.GetValue(all) ? 1 : 0) + (chosen.Equals(new RejectedFilter()) ? 0 : 1) != 1)
            {
                throw new UsageException("name what to replay: ids, or a filter such as --reason TEXT, or --all.");
            }

            await using var running = await system.OpenAsync(parsed, cancellationToken);
            var request = new ReplayRejectedRequest { RejectedIds = { given }, Filter = given.Length > 0 ? null : chosen };
            var answer = await running.Ingest.ReplayRejectedAsync(request, deadline: DateTime.UtcNow + ReplayDeadline, cancellationToken: cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(ToJson(answer), console => Print(console, answer), cancellationToken);
            return answer.RemainingCount + answer.UnknownIds.Count == 0 ? 0 : Failure.BadCall;
        });
        return command;
    }

    private static JsonArray ToJson(IEnumerable<KeptRejection> rejections) => new([.. rejections.Select(rejection => (JsonNode)new JsonObject
    {
        ["id"] = rejection.RejectedId,
        ["reason"] = rejection.Reason,
        ["producer"] = rejection.Producer,
        ["receivedAt"] = rejection.ReceiveTime.ToDateTimeOffset().ToString("O"),
        ["kind"] = KindName(rejection.Kind),
        ["listens"] = new JsonArray([.. rejection.Listens.Select(listen => (JsonNode)new JsonObject
        {
            ["user"] = listen.UserId,
            ["track"] = listen.TrackId,
            ["artist"] = listen.Artist,
            ["title"] = listen.Title,
            ["listenedAt"] = listen.ListenTime?.Seconds,
        })]),
        ["exposures"] = new JsonArray([.. rejection.Exposures.Select(exposure => (JsonNode)new JsonObject
        {
            ["exposure"] = exposure.ExposureId,
            ["user"] = exposure.UserId,
            ["shownAt"] = exposure.ExposureTime?.Seconds,
            ["tracks"] = exposure.Tracks.Count,
        })]),
        ["body"] = rejection.Body.ToBase64(),
        ["bodyBytes"] = rejection.BodyBytes,
    })]);

    private static JsonObject ToJson(ReplayRejectedResponse answer) => new()
    {
        ["replayed"] = answer.Replayed,
        ["remaining"] = answer.RemainingCount,
        ["items"] = ToJson(answer.Remaining),
        ["unknown"] = new JsonArray([.. answer.UnknownIds.Select(id => (JsonNode)id)]),
    };

    private static void Print(IAnsiConsole console, IReadOnlyList<KeptRejection> found, bool more)
    {
        if (found.Count == 0)
        {
            console.WriteLine("No rejected listens or exposures.");
            return;
        }

        var table = Tables.Create("Received (UTC)", "Id", "Producer", "What", "Reason");
        foreach (var rejection in found)
        {
            table.AddRow(
                $"{rejection.ReceiveTime.ToDateTime():yyyy-MM-dd HH:mm:ss}",
                rejection.RejectedId,
                Markup.Escape(rejection.Producer),
                Markup.Escape(Describe(rejection)),
                Markup.Escape(rejection.Reason));
        }

        console.Write(table);
        if (more)
        {
            console.WriteLine("There are more; -n shows them.");
        }
    }

    private static void Print(IAnsiConsole console, ReplayRejectedResponse answer)
    {
        console.MarkupLineInterpolated($"{answer.Replayed:N0} replayed, {answer.RemainingCount:N0} entries remain");
        foreach (var rejection in answer.Remaining)
        {
            console.MarkupLineInterpolated($"  {rejection.RejectedId}: {rejection.Reason}");
        }

        foreach (var id in answer.UnknownIds)
        {
            console.MarkupLineInterpolated($"  {id}: is not kept, or no longer");
        }
    }

    private static string Describe(KeptRejection rejection) => rejection switch
    {
        { Listens.Count: 1 } => Describe(rejection.Listens[0]),
        { Exposures.Count: 1 } => $"{rejection.Exposures[0].UserId} · exposure {rejection.Exposures[0].ExposureId}",
        _ => $"{rejection.BodyBytes:N0} bytes",
    };

    private static string KindName(EventKind kind) => kind.ToString().ToLowerInvariant();

    private static string Describe(Listen listen) =>
        $"{listen.UserId} · {(listen.TrackId.Length > 0 ? listen.TrackId : $"{listen.Title} by {listen.Artist}")}";

    /// <summary>The options that choose rejected listens and exposures.</summary>
    private sealed class FilterOptions
    {
        private readonly Option<string?> _kind = new("--kind") { Description = "Those that came as listens, or as exposures" };
        private readonly Option<string?> _reason = new("--reason") { Description = "Those whose reason has this text in it", HelpName = "TEXT" };
        private readonly Option<string?> _producer = new("--producer") { Description = "Those of this producer", HelpName = "NAME" };
        private readonly Option<DateTimeOffset?> _since = CommandOptions.Time("--since", "Those that came then or later, such as 2026-03-01 or 2026-03-01T20:00:00Z");
        private readonly Option<DateTimeOffset?> _until = CommandOptions.Time("--until", "Those that came before, such as 2026-03-01 or 2026-03-01T20:00:00Z");

        public FilterOptions() => _kind.AcceptOnlyFromAmong(KindName(EventKind.Listens), KindName(EventKind.Exposures));

        public void AddTo(Command command)
        {
            command.Options.Add(_kind);
            command.Options.Add(_reason);
            command.Options.Add(_producer);
            command.Options.Add(_since);
            command.Options.Add(_until);
        }

        public RejectedFilter Read(ParseResult parsed) => new()
        {
            Reason = parsed.GetValue(_reason) ?? "",
            Producer = parsed.GetValue(_producer) ?? "",
            StartTime = parsed.GetValue(_since)?.ToTimestamp(),
            EndTime = parsed.GetValue(_until)?.ToTimestamp(),
            Kind = parsed.GetValue(_kind) is { } kind ? System.Enum.Parse<EventKind>(kind, ignoreCase: true) : EventKind.Unspecified,
        };
    }
}
