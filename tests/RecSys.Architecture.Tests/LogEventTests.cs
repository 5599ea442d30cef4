using System.Globalization;
using System.Text.RegularExpressions;

namespace RecSys.Architecture.Tests;

/// <summary>Who reads a log knows from the event id alone which project it came from.</summary>
public sealed partial class LogEventTests
{
    private static readonly Dictionary<string, int> Ranges = new()
    {
        ["shared/RecSys.Hosting"] = 1000,
        ["shared/RecSys.Data"] = 2000,
        ["services/candidate"] = 3000,
        ["services/ranker"] = 4000,
        ["services/serving"] = 5000,
        ["services/ingest"] = 6000,
        ["services/trainer"] = 7000,
    };

    [Fact]
    public void Each_project_has_a_thousand_event_ids_of_its_own()
    {
        var events = (from folder in new[] { "shared", "services" }
                      from file in Repository.Files(folder, "*.cs")
                      from Match message in Message().Matches(File.ReadAllText(file))
                      select (File: Repository.Relative(file), Id: int.Parse(message.Groups["id"].Value, CultureInfo.InvariantCulture))).ToArray();

        events.Length.ShouldBeGreaterThan(30);
        events.Where(e => Ranges.FirstOrDefault(range => e.File.StartsWith(range.Key + "/", StringComparison.Ordinal)).Value != e.Id / 1000 * 1000)
            .ShouldBeEmpty("outside the project's range; docs/architecture.md lists them");
        events.GroupBy(e => e.Id).Where(group => group.Count() > 1).Select(group => group.Key).ShouldBeEmpty();
        var document = File.ReadAllText(Repository.PathTo("docs", "architecture.md"));
        Ranges.Select(range => $"{Path.GetFileName(range.Key).Replace("RecSys.", "", StringComparison.Ordinal)} {range.Value}")
            .Where(text => !document.Contains(text, StringComparison.Ordinal)).ShouldBeEmpty("missing in the document");
    }

    [GeneratedRegex(@"LoggerMessage\((?<id>\d+)")]
    private static partial Regex Message();
}
