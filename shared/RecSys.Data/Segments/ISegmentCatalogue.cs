using RecSys.Data.Deletions;

namespace RecSys.Data.Segments;

/// <summary>
/// Says which files are the lake. Everything that changes does so in one step, and whoever reads holds what there was at one moment.
/// </summary>
public interface ISegmentCatalogue
{
    /// <summary>Everything that is part of the lake now, in the order of the paths. Nobody removes its files until it is disposed.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task<HeldSegments> HoldAsync(CancellationToken cancellationToken);

    /// <summary>The same to look at, without holding anything.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task<IReadOnlyList<SegmentRow>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Puts segments in the place of others, all in one step. Doing it twice ends as doing it once.</summary>
    /// <param name="added">What becomes part of the lake. Its files are there.</param>
    /// <param name="removed">Paths of what ceases to be one. One that stands there twice counts once.</param>
    /// <param name="cancellationToken">Cancelled, nothing was changed.</param>
    /// <returns>
    /// False, and nothing changed, when somebody else has removed one of them meanwhile, or has added an import of the same name, or a
    /// part of the same segments.
    /// </returns>
    /// <param name="heededDeletions">
    /// For listens that are new in the lake: the number of the newest deletion of which they have nobody. Null for those that were in it.
    /// </param>
    /// <exception cref="UserDeletedMeanwhileException">Somebody was deleted after that; nothing changed.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; whether it was done is not known.</exception>
    Task<bool> SwapAsync(
        IReadOnlyList<SegmentRow> added, IReadOnlyList<string> removed, CancellationToken cancellationToken, long? heededDeletions = null);

    /// <summary>Everybody who was deleted, to be kept out of what is added.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task<DeletedUsers> ReadDeletedAsync(CancellationToken cancellationToken);

    /// <summary>What was removed longer ago than <paramref name="grace"/>, and is read by nobody any more: its files may go.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task<IReadOnlyList<SegmentRow>> ListRemovableAsync(TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Forgets segments whose files are gone.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task ForgetAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>The paths that the catalogue knows, those of removed segments included. Files under other paths are nobody's.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    Task<IReadOnlySet<string>> ListPathsAsync(CancellationToken cancellationToken);
}

/// <summary>The segments of one moment, whose files stay until this is disposed.</summary>
public sealed class HeldSegments : IAsyncDisposable
{
    private Func<ValueTask>? _release;

    internal HeldSegments(IReadOnlyList<SegmentRow> segments, DeletedUsers deleted, Func<ValueTask> release) =>
        (Segments, Deleted, _release) = (segments, deleted, release);

    /// <summary>The segments in the order of their paths.</summary>
    public IReadOnlyList<SegmentRow> Segments { get; }

    /// <summary>Who was deleted and may still be in the files.</summary>
    public DeletedUsers Deleted { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _release, null)?.Invoke() ?? ValueTask.CompletedTask;
}
