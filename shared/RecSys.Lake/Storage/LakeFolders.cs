using System.Globalization;
using System.Text.RegularExpressions;
using RecSys.Data.Segments;

namespace RecSys.Lake.Storage;

/// <summary>Where things lie in a lake (README.md, "Layout"). Relative paths have slashes, as keys in a bucket do.</summary>
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

    /// <summary>The folder of segments with listens or exposures of several dates.</summary>
    public const string ManyDates = "late";

    public const string Listens = "listens";
    public const string Exposures = "exposures";
    public const string Imports = "imports";

    /// <summary>The folders of segments, each with a folder a date.</summary>
    public static readonly string[] OfSegments = [Listens, Exposures];

    private const string DatePrefix = "date=";
    private const string DateFormat = "yyyy-MM-dd";
    private const string SegmentSuffix = ".parquet";

    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>Work in progress. Nothing reads it, and it is on the same file system, so that a rename gives files their place.</summary>
    public string Staging => Path.Combine(Root, ".staging");

    /// <summary>Whether an import may have this name: 1 to 64 of a-z, 0-9, '-', '_' and '.', not beginning with '.'.</summary>
    public static bool IsImportName(string name) => ImportName().IsMatch(name);

    /// <summary>A path that no other segment has, for listens or exposures of these UTC dates.</summary>
    public static string NewSegment(SegmentKind kind, DateTimeOffset first, DateTimeOffset last) =>
        $"{(kind == SegmentKind.Exposures ? Exposures : Listens)}/{(first.UtcDateTime.Date == last.UtcDateTime.Date ? DatePrefix + first.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture) : ManyDates)}/{NewName()}{SegmentSuffix}";

    /// <summary>A path that no other import has, for the files of this one.</summary>
    public static string NewImport(string name) => $"{Imports}/{name}/{NewName()}";

    /// <summary>The date of a segment's path; null when it has listens of several.</summary>
    public static string? DateOf(string segment) => segment.Split('/') is [_, var folder, _] && folder.StartsWith(DatePrefix, StringComparison.Ordinal)
        ? folder[DatePrefix.Length..]
        : null;

    /// <summary>The file or folder of a path within the lake.</summary>
    public string PathOf(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>A name that no other process or call uses, for a file or folder in progress.</summary>
    public string NewStagingPath(string suffix) => Path.Combine(Staging, NewName() + suffix);

    [GeneratedRegex("^[a-z0-9_-][a-z0-9._-]{0,63}$")]
    private static partial Regex ImportName();

    private static string NewName() => Guid.CreateVersion7().ToString("N");
}
