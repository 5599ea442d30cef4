using System.Text.RegularExpressions;

namespace RecSys.Hosting.Settings;

/// <summary>What docs/configuration.md says of each setting. The document is part of this assembly, so that nothing has to be written twice.</summary>
internal sealed partial class SettingsManual
{
    private readonly Dictionary<string, (string Range, string Description)> _entries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sections in the order of the document.</summary>
    public List<string> Sections { get; } = [];

    /// <summary>All documented keys, as <c>Section:Key</c>.</summary>
    public IEnumerable<string> Keys => _entries.Keys;

    /// <summary>Reads the document: its headings of the second level are the sections, and their tables begin with the column <c>key</c>.</summary>
    public static SettingsManual Read()
    {
        using var reader = new StreamReader(typeof(SettingsManual).Assembly.GetManifestResourceStream("configuration.md")!);
        var manual = new SettingsManual();
        string[] columns = [];
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                manual.Sections.Add(line[3..]);
            }
            else if (line.StartsWith("| key ", StringComparison.Ordinal))
            {
                columns = cells;
            }
            else if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                var section = manual.Sections[^1];
                foreach (Match name in Code().Matches(cells[0]))
                {
                    var key = name.Groups[1].Value;
                    manual._entries[key == section ? key : $"{section}:{key}"] = (Cell("range"), Cell("meaning"));
                }
            }

            string Cell(string column) => Array.IndexOf(columns, column) is var place and >= 0 ? cells[place] : "";
        }

        return manual;
    }

    /// <summary>What the document says of a key; nothing when it lacks it.</summary>
    public (string Range, string Description) Find(string key) => _entries.GetValueOrDefault(key, ("", ""));

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
