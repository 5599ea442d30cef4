using RecSys.Data.Deletions;

namespace RecSys.Data.Segments;

/// <summary>The catalogue of a lake that lives as long as the process that made it, such as one for a file that is only looked at.</summary>
/// <param name="clock">Tells when segments are removed; null: the system's.</param>
public sealed class MemorySegmentCatalogue(TimeProvider? clock = null) : ISegmentCatalogue
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SegmentRow> _segments = new(StringComparer.Ordinal);
    private readonly HashSet<long> _readers = [];
    private long _lastReader;

    /// <inheritdoc/>
    public Task<HeldSegments> HoldAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var reader = ++_lastReader;
            _readers.Add(reader);
            return Task.FromResult(new HeldSegments(Present(), DeletedUsers.None, () =>
            {
                lock (_lock)
                {
                    _readers.Remove(reader);
                }

                return ValueTask.CompletedTask;
            }));
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<SegmentRow>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(Present());
        }
    }

    /// <inheritdoc/>
    public Task<bool> SwapAsync(
        IReadOnlyList<SegmentRow> added, IReadOnlyList<string> removed, CancellationToken cancellationToken, long? heededDeletions = null)
    {
        lock (_lock)
        {
            if (added.Count > 0 && added.All(segment => _segments.ContainsKey(segment.Path)))
            {
                return Task.FromResult(true);
            }

            var gone = removed.ToHashSet(StringComparer.Ordinal);
            var imports = Present().Where(segment => !gone.Contains(segment.Path)).Concat(added).Where(segment => segment.Kind == SegmentKind.Import);
            if (gone.Any(path => !_segments.TryGetValue(path, out var segment) || segment.RemovedAt is not null)
                || added.Any(segment => _segments.ContainsKey(segment.Path))
                || imports.CountBy(import => import.Name).Any(name => name.Value > 1))
            {
                return Task.FromResult(false);
            }

            var now = _clock.GetUtcNow();
            foreach (var path in gone)
            {
                _segments[path] = _segments[path] with { RemovedAt = now, LastReader = _lastReader };
            }

            foreach (var segment in added)
            {
                _segments.Add(segment.Path, segment with { AddedAt = now, RemovedAt = null });
            }

            return Task.FromResult(true);
        }
    }

    /// <summary>Nobody: people are deleted in a database.</summary>
    public Task<DeletedUsers> ReadDeletedAsync(CancellationToken cancellationToken) => Task.FromResult(DeletedUsers.None);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SegmentRow>> ListRemovableAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var before = _clock.GetUtcNow() - grace;
            var oldest = _readers.Append(long.MaxValue).Min();
            return Task.FromResult<IReadOnlyList<SegmentRow>>([.. _segments.Values.Where(segment => segment.RemovedAt <= before && segment.LastReader < oldest)]);
        }
    }

    /// <inheritdoc/>
    public Task ForgetAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var path in paths)
            {
                _segments.Remove(path);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> ListPathsAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlySet<string>>(_segments.Keys.ToHashSet(StringComparer.Ordinal));
        }
    }

    private IReadOnlyList<SegmentRow> Present() => [.. _segments.Values.Where(segment => segment.RemovedAt is null)];
}
