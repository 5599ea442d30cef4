using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake.Storage;

namespace RecSys.Lake;

/// <summary>What a lake held at one moment. Its files stay until it is disposed, whatever is compacted, replaced or deleted meanwhile.</summary>
public sealed class LakeSnapshot : IAsyncDisposable
{
    private readonly LakeFolders _folders;
    private readonly HeldSegments? _held;
    private readonly Dictionary<string, SegmentRow> _imports;

    internal LakeSnapshot(LakeFolders folders, HeldSegments held)
        : this(folders, held.Segments, held.Deleted) => _held = held;

    private LakeSnapshot(LakeFolders folders, IReadOnlyList<SegmentRow> segments, DeletedUsers deleted)
    {
        Deleted = deleted;
        _folders = folders;
        Segments = segments;
        _imports = segments.Where(segment => segment.Kind == SegmentKind.Import).ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        ImportNames = [.. _imports.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Its segments and imports, in the order of their paths.</summary>
    public IReadOnlyList<SegmentRow> Segments { get; }

    /// <summary>People who were deleted and may still be in the files: whoever reads leaves out what the deletions hold for.</summary>
    public DeletedUsers Deleted { get; }

    /// <summary>Whether there is nothing to read.</summary>
    public bool IsEmpty => Segments.Count == 0;

    /// <summary>Rows of listens in all segments and imports; a listen that came twice is counted twice.</summary>
    public long Rows => Segments.Where(segment => segment.HoldsListens).Sum(segment => segment.Rows);

    /// <summary>Names of the imported logs, in ordinal order.</summary>
    public IReadOnlyList<string> ImportNames { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _held?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The same for somebody else, whose disposing changes nothing.</summary>
    internal LakeSnapshot Share() => new(_folders, Segments, Deleted);

    /// <summary>The same without an import, whose disposing changes nothing.</summary>
    internal LakeSnapshot Without(string import) => new(_folders, [.. Segments.Where(segment => segment.Kind != SegmentKind.Import || segment.Name != import)], Deleted);

    /// <summary>The files of segments that may have listens from one time to before another.</summary>
    internal List<string> ListenSegments(DateTimeOffset? after = null, DateTimeOffset? before = null) =>
        SegmentsOf(SegmentKind.Listens, after, before);

    /// <summary>The files of segments of a kind that may have rows from one time to before another.</summary>
    internal List<string> SegmentsOf(SegmentKind kind, DateTimeOffset? after, DateTimeOffset? before) =>
    [
        .. Segments
            .Where(segment => segment.Kind == kind && !(segment.LastListen < after) && !(segment.FirstListen >= before))
            .Select(segment => _folders.PathOf(segment.Path)),
    ];

    /// <summary>The folder of an import.</summary>
    internal string Import(string name) => _folders.PathOf(_imports[name].Path);

    /// <summary>The listens of an import.</summary>
    internal string ImportedListens(string name) => Path.Combine(Import(name), LakeFolders.ImportListensFile);

    /// <summary>The listens of every import.</summary>
    internal List<string> ImportedListens() => [.. ImportNames.Select(ImportedListens)];
}
