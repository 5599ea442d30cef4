using System.Globalization;
using System.Text.RegularExpressions;

namespace RecSys.Lake.Storage;

/// <summary>Where things lie in a lake's folder (README.md, "Layout").</summary>
internal sealed partial class LakeFolders(string root)
{
    public const string ImportListensFile = "listens.parquet";
    public const string ImportColdFile = "cold.parquet";
    public const string ImportUsersFile = "users.parquet";
    public const string ImportServiceFile = "service.parquet";
    public const string ImportTracksFile = "tracks.parquet";
    public const string ImportUserIdsFile = "user_ids.parquet";
    public const string ImportTrackIdsFile = "track_ids.parquet";
    public const string ImportReportFile = "report.json";

    private const string DatePrefix = "date=";
    private const string DateFormat = "yyyy-MM-dd";
    private const string SegmentPattern = "*.parquet";

    public string Root { get; } = Path.GetFullPath(root);

    public string Listens => Path.Combine(Root, "listens");

    public string Imports => Path.Combine(Root, "imports");

    /// <summary>Work in progress. Nothing reads it, and it is on the same file system, so that a rename makes files visible.</summary>
    public string Staging => Path.Combine(Root, ".staging");

    /// <summary>The file that one process at a time holds to replace segments and imports.</summary>
    public string UpkeepLock => Path.Combine(Root, ".upkeep.lock");

    /// <summary>Whether an import may have this name: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'.</summary>
    public static bool IsImportName(string name) => ImportName().IsMatch(name);

    public string ListensOf(DateOnly date) =>
        Path.Combine(Listens, DatePrefix + date.ToString(DateFormat, CultureInfo.InvariantCulture));

    public string Import(string name) => Path.Combine(Imports, name);

    /// <summary>A name that no other process or call uses, for a file or folder in progress.</summary>
    public string NewStagingPath(string suffix) => Path.Combine(Staging, Guid.CreateVersion7().ToString("N") + suffix);

    /// <summary>
    /// The segments of the UTC dates <paramref name="first"/> to <paramref name="last"/>, in the order of their names. While
    /// compaction puts a segment in the place of others, either is among them.
    /// </summary>
    public List<string> ListenSegments(DateOnly first, DateOnly last)
    {
        // A listing is no snapshot: it may miss a new segment that came behind its back and then the old ones, which went.
        // Where none went between two listings, the second has everything.
        var before = ListOnce(first, last);
        while (true)
        {
            var segments = ListOnce(first, last);
            if (before.Count == 0 || before.ToHashSet(StringComparer.Ordinal).IsSubsetOf(segments))
            {
                return segments;
            }

            before = segments;
        }
    }

    /// <summary>The folders of dates, in order.</summary>
    public List<string> DateFolders() =>
        Directory.Exists(Listens) ? [.. Directory.EnumerateDirectories(Listens, DatePrefix + "*").Order(StringComparer.Ordinal)] : [];

    /// <summary>The segments in a date's folder, in the order of their names.</summary>
    public static string[] SegmentsIn(string dateFolder) => [.. Directory.EnumerateFiles(dateFolder, SegmentPattern).Order(StringComparer.Ordinal)];

    /// <summary>The date in the name of a date's folder.</summary>
    public static string DateOf(string dateFolder) => Path.GetFileName(dateFolder)[DatePrefix.Length..];

    /// <summary>Names of the imports, in ordinal order.</summary>
    public List<string> ImportNames() =>
        Directory.Exists(Imports)
            ? [.. Directory.EnumerateDirectories(Imports)
                .Where(folder => File.Exists(Path.Combine(folder, ImportListensFile)))
                .Select(folder => Path.GetFileName(folder))
                .Order(StringComparer.Ordinal)]
            : [];

    /// <summary>The listens of every import.</summary>
    public List<string> ImportedListens() => [.. ImportNames().Select(ImportedListens)];

    /// <summary>The listens of one import.</summary>
    public string ImportedListens(string name) => Path.Combine(Import(name), ImportListensFile);

    [GeneratedRegex("^[a-z0-9_-][a-z0-9._-]{0,63}$")]
    private static partial Regex ImportName();

    private List<string> ListOnce(DateOnly first, DateOnly last)
    {
        var segments = new List<string>();
        foreach (var folder in DateFolders())
        {
            if (!DateOnly.TryParseExact(DateOf(folder), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                || (date >= first && date <= last))
            {
                segments.AddRange(SegmentsIn(folder));
            }
        }

        return segments;
    }
}
