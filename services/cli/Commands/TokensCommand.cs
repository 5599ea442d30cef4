using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Data;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys tokens create|list|revoke</c>: who may call the system. Works on the database itself, so that the first token needs none.</summary>
internal static class TokensCommand
{
    private const string DatabaseOf = "Data folder whose database is meant; RECSYS__DATABASE__… names another one";

    private static readonly TokenScopes[] AllScopes = Enum.GetValues<TokenScopes>();

    public static Command Create() => new("tokens", "API tokens, which callers show where others reach the system (docs/security.md)")
    {
        CreateCreate(), CreateList(), CreateRevoke(),
    };

    private static Command CreateCreate()
    {
        var name = new Argument<string>("NAME") { Description = "Whose token it is, such as player; one token that isn't revoked has the name" };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (string.IsNullOrWhiteSpace(text) || text.Length > 200 || text.Any(char.IsControl)))
            {
                result.AddError("NAME: 1 to 200 characters without control characters are needed");
            }
        });
        var scopes = new Option<TokenScopes>("--scope")
        {
            Description = "What its holder may do: submit, read, admin (which includes the others), or several with commas between them",
            HelpName = "SCOPES",
            Required = true,
            CustomParser = ReadScopes,
        };
        var expires = CommandOptions.Duration("--expires", "How long it is taken; by default for ever", TimeSpan.Zero);
        var data = SystemOptions.DataFolder(DatabaseOf);
        var json = ResultWriter.CreateOption();
        var command = new Command("create", "Make a token; it is shown once and never again") { name, scopes, expires, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var stores = await new FolderSettings(parsed.GetValue(data)!).OpenStoresAsync(cancellationToken);
            TimeSpan? lifetime = parsed.GetResult(expires) is { Implicit: false } ? parsed.GetValue(expires) : null;
            var (token, row) = await stores.GetRequiredService<ApiTokenStore>().CreateAsync(parsed.GetValue(name)!, parsed.GetValue(scopes), lifetime, cancellationToken)
                ?? throw new UsageException($"there is a token '{parsed.GetValue(name)}' already. Revoke it with 'recsys tokens revoke', or choose another name.");
            var result = ToJson(row);
            result["token"] = token.Reveal();
            await ResultWriter.From(parsed, json).WriteAsync(
                result,
                console =>
                {
                    console.Profile.Out.Writer.WriteLine(token.Reveal());
                    console.MarkupLineInterpolated($"Keep it: it can't be shown again. It may {ScopesOf(row)}{(row.ExpiresAt is { } end ? $" until {Time(end)} UTC" : "")}.");
                },
                cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command CreateList()
    {
        var data = SystemOptions.DataFolder(DatabaseOf);
        var json = ResultWriter.CreateOption();
        var command = new Command("list", "All tokens, without their secrets") { data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var stores = await new FolderSettings(parsed.GetValue(data)!).OpenExistingStoresAsync(cancellationToken);
            var rows = await stores.GetRequiredService<ApiTokenStore>().ReadAllAsync(cancellationToken);
            await ResultWriter.From(parsed, json).WriteAsync(
                new JsonObject { ["tokens"] = new JsonArray([.. rows.Select(row => (JsonNode)ToJson(row))]) }, console => Print(console, rows), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        var token = new Argument<string>("NAME") { Description = "The token's name, or its id" };
        var data = SystemOptions.DataFolder(DatabaseOf);
        var json = ResultWriter.CreateOption();
        var command = new Command("revoke", "End a token for good; running services stop taking it within Security:TokenRefresh") { token, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var stores = await new FolderSettings(parsed.GetValue(data)!).OpenExistingStoresAsync(cancellationToken);
            var row = await stores.GetRequiredService<ApiTokenStore>().RevokeAsync(parsed.GetValue(token)!, cancellationToken)
                ?? throw new UsageException($"there is no token '{parsed.GetValue(token)}' that could be revoked. 'recsys tokens list' shows those that there are.");
            await ResultWriter.From(parsed, json).WriteAsync(
                ToJson(row), console => console.MarkupLineInterpolated($"{row.Name} ({row.TokenId}) is revoked since {Time(row.RevokedAt!.Value)} UTC."), cancellationToken);
            return 0;
        });
        return command;
    }

    private static TokenScopes ReadScopes(ArgumentResult result)
    {
        var names = string.Join(',', result.Tokens.Select(token => token.Value)).Split(',', StringSplitOptions.TrimEntries);
        TokenScopes scopes = 0;
        foreach (var name in names)
        {
            var scope = AllScopes.FirstOrDefault(known => NameOf(known) == name);
            if (scope == 0)
            {
                result.AddError($"--scope {name}: submit, read or admin is needed, or several with commas between them");
            }

            scopes |= scope;
        }

        return scopes;
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<ApiTokenRow> rows)
    {
        if (rows.Count == 0)
        {
            console.WriteLine("There is no token. 'recsys tokens create' makes one.");
            return;
        }

        var table = Tables.Create("Id", "Name", "Scopes", "State", "Created (UTC)", "Last used", "Expires");
        foreach (var row in rows)
        {
            table.AddRow(
                row.TokenId, Markup.Escape(row.Name), ScopesOf(row), StateOf(row), Time(row.CreatedAt), Time(row.LastUsedAt, "never"), Time(row.ExpiresAt, "never"));
        }

        console.Write(table);
    }

    private static JsonObject ToJson(ApiTokenRow row) => new()
    {
        ["id"] = row.TokenId,
        ["name"] = row.Name,
        ["scopes"] = new JsonArray([.. AllScopes.Where(scope => row.Scopes.HasFlag(scope)).Select(scope => (JsonNode)NameOf(scope))]),
        ["state"] = StateOf(row),
        ["createdAt"] = row.CreatedAt,
        ["lastUsedAt"] = row.LastUsedAt,
        ["expiresAt"] = row.ExpiresAt,
        ["revokedAt"] = row.RevokedAt,
    };

    private static string StateOf(ApiTokenRow row) => row.RevokedAt is not null ? "revoked" : row.IsValidAt(DateTimeOffset.UtcNow) ? "valid" : "expired";

    private static string ScopesOf(ApiTokenRow row) => string.Join(", ", AllScopes.Where(scope => row.Scopes.HasFlag(scope)).Select(NameOf));

    private static string NameOf(TokenScopes scope) => scope.ToString().ToLowerInvariant();

    private static string Time(DateTimeOffset? moment, string none = "") =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? none;
}
