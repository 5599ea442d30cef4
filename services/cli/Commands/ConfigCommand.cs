using System.CommandLine;
using System.Text.Json.Nodes;
using RecSys.Cli.Connections;
using RecSys.Cli.Output;
using RecSys.Hosting.Settings;
using RecSys.Standalone;
using Spectre.Console;

namespace RecSys.Cli.Commands;

/// <summary><c>recsys config show|check</c>: the settings that <c>recsys up</c> would run with, and what is wrong with them. Starts nothing.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", "Look at the settings of the system, which come from recsys.json, RECSYS__… and the command line")
    {
        Show(), Check(),
    };

    private static Command Show()
    {
        var section = new Argument<string?>("KEY")
        {
            Description = "A section or a key, such as Lake or Lake:Root; by default all that somebody has set",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "Also what has its default" };
        var data = SystemOptions.DataFolder("Data folder of the standalone system");
        var json = ResultWriter.CreateOption();
        var command = new Command("show", "Settings in force, with where each comes from; secrets stay hidden") { section, all, data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var key = parsed.GetValue(section);
            var settings = Read(parsed.GetValue(data)!).Settings;
            var named = key is null ? settings : [.. settings.Where(setting => IsOrBelow(setting.Key, key))];
            if (named.Count == 0)
            {
                throw new UsageException($"{key} isn't a setting. The sections are {string.Join(", ", settings.Select(setting => setting.Key.Split(':')[0]).Distinct().Order(StringComparer.Ordinal))}.");
            }

            var writer = ResultWriter.From(parsed, json);
            var shown = key is not null || parsed.GetValue(all) ? named : [.. named.Where(setting => setting.Source != SettingsCatalogue.FromDefault)];
            await writer.WriteAsync(new JsonArray([.. named.Select(ToJson)]), console => Print(console, shown, key is not null), cancellationToken);
            return 0;
        });
        return command;
    }

    private static Command Check()
    {
        var data = SystemOptions.DataFolder("Data folder of the standalone system");
        var json = ResultWriter.CreateOption();
        var command = new Command("check", "Say what is wrong with the settings; exit code 2 when something is") { data, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var problems = Read(parsed.GetValue(data)!).FindProblems();
            await ResultWriter.From(parsed, json).WriteAsync(
                new JsonObject { ["problems"] = new JsonArray([.. problems.Select(problem => (JsonNode)problem)]) },
                console => console.Profile.Out.Writer.WriteLine(problems.Count == 0 ? "The settings can be used." : string.Join(Environment.NewLine, problems)),
                cancellationToken);
            return problems.Count == 0 ? 0 : Failure.BadCall;
        });
        return command;
    }

    private static SettingsCatalogue Read(DirectoryInfo data) => StandaloneHost.SettingsOf(StandaloneSettings.ForUp(data, logsShown: true));

    private static bool IsOrBelow(string setting, string key) =>
        setting.Equals(key, StringComparison.OrdinalIgnoreCase) || setting.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase);

    // Lines, not a table: paths and connection strings are long, and people copy them.
    private static void Print(IAnsiConsole console, IReadOnlyList<ProcessSetting> settings, bool withMeaning)
    {
        var output = console.Profile.Out.Writer;
        if (settings.Count == 0)
        {
            output.WriteLine("Nothing is set: everything has its default ('recsys config show --all').");
        }

        foreach (var setting in settings)
        {
            output.WriteLine($"{setting.Key} = {setting.Value}    # {setting.Source}");
            if (withMeaning)
            {
                output.WriteLine($"    {(setting.Range.Length > 0 ? setting.Range : setting.Type)}. {setting.Description}".TrimEnd());
            }
        }
    }

    private static JsonNode ToJson(ProcessSetting setting) => new JsonObject
    {
        ["key"] = setting.Key,
        ["value"] = setting.Value,
        ["source"] = setting.Source,
        ["default"] = setting.Default,
        ["type"] = setting.Type,
        ["range"] = setting.Range,
        ["description"] = setting.Description,
        ["secret"] = setting.IsSecret,
    };
}
