using System.Text.RegularExpressions;
using RecSys.Data.Deletions;
using RecSys.Data.Models;

namespace RecSys.Data.Artifacts;

/// <summary>
/// Removes people from the arrays of model versions. Indices stay as they are, so that a version goes on answering everybody else: what is
/// left at a person's index has no id, no factors, no tracks and no neighbours.
/// </summary>
public sealed partial class ArtifactEraser
{
    private readonly ArtifactStore _artifacts;
    private readonly ModelStore _models;

    internal ArtifactEraser(ArtifactStore artifacts, ModelStore models) => (_artifacts, _models) = (artifacts, models);

    /// <summary>Whether an id stands in the place of somebody who was removed.</summary>
    public static bool IsErased(string userId) => ErasedId().IsMatch(userId);

    /// <summary>
    /// Removes people from a version that is whole, which then heeds their deletions. Its arrays change all in one step; doing it twice ends as
    /// doing it once. Call it while holding the <see cref="TrainerLock"/>: one writer is enough, and a refresh copies what it removes.
    /// </summary>
    /// <param name="version">The version.</param>
    /// <param name="deleted">All deletions of which something is left, in their order; those that the version heeds are passed by.</param>
    /// <param name="cancellationToken">Cancelled, the version is as it was.</param>
    /// <returns>How many people it had.</returns>
    /// <exception cref="InvalidDataException">An array is damaged. The version is as it was.</exception>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; call again.</exception>
    public async Task<int> EraseAsync(ModelVersionRow version, IReadOnlyList<DeletedUserRow> deleted, CancellationToken cancellationToken)
    {
        var news = deleted.Where(user => user.Number > version.HeededDeletions).ToArray();
        if (news.Length == 0)
        {
            return 0;
        }

        var userIds = news.Select(user => user.UserId).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var count = await EraseAsync(version.Version, userIds, cancellationToken);
        await _models.HeedAsync(version.Version, news.Max(user => user.Number), cancellationToken);
        return count;
    }

    [GeneratedRegex("^deleted-[0-9a-f]{32}$")]
    private static partial Regex ErasedId();

    private async Task<int> EraseAsync(string version, IReadOnlySet<string> userIds, CancellationToken cancellationToken)
    {
        var changed = new Dictionary<string, ArtifactSource>();
        var erased = await RenameAsync(version, ArtifactNames.UserIds, userIds, changed, cancellationToken);
        if (erased.Count > 0)
        {
            await ZeroAsync(version, ArtifactNames.AlsUserFactors, erased, changed, cancellationToken);
            await EmptyAsync(version, ArtifactNames.HeardOffsets, ArtifactNames.HeardItems, ArtifactNames.HeardPlays, null, erased, changed, cancellationToken);
            await EmptyAsync(
                version,
                ArtifactNames.OffsetsOf(ArtifactNames.UserNeighbors),
                ArtifactNames.TargetsOf(ArtifactNames.UserNeighbors),
                null,
                ArtifactNames.WeightsOf(ArtifactNames.UserNeighbors),
                erased,
                changed,
                cancellationToken);
        }

        var measured = await RenameAsync(version, ArtifactNames.QualityUserIds, userIds, changed, cancellationToken);
        if (changed.Count > 0)
        {
            await _artifacts.ReplaceAsync(version, changed, cancellationToken);
        }

        return Math.Max(erased.Count, measured.Count);
    }

    // Ids are looked up, so that no two may be the same.
    private async Task<IReadOnlySet<int>> RenameAsync(
        string version, string name, IReadOnlySet<string> userIds, Dictionary<string, ArtifactSource> changed, CancellationToken cancellationToken)
    {
        var ids = await _artifacts.ReadTextsAsync(version, name, cancellationToken) ?? [];
        var found = new HashSet<int>();
        for (var index = 0; index < ids.Length; index++)
        {
            if (userIds.Contains(ids[index]))
            {
                found.Add(index);
                ids[index] = $"deleted-{Guid.NewGuid():N}";
            }
        }

        if (found.Count > 0)
        {
            changed[name] = new TextSource(name, ids);
        }

        return found;
    }

    private async Task ZeroAsync(
        string version, string name, IReadOnlySet<int> rows, Dictionary<string, ArtifactSource> changed, CancellationToken cancellationToken)
    {
        if (await _artifacts.ReadMatrixAsync(version, name, cancellationToken) is { } matrix)
        {
            foreach (var row in rows)
            {
                matrix.Values.AsSpan(row * matrix.ColumnCount, matrix.ColumnCount).Clear();
            }

            changed[name] = new MatrixSource(name, matrix.RowCount, matrix.ColumnCount, matrix.Row);
        }
    }

    /// <summary>Takes everything out of some rows of compressed rows; where these lead from users to users, also what leads to them.</summary>
    private async Task EmptyAsync(
        string version,
        string offsetsName,
        string targetsName,
        string? countsName,
        string? weightsName,
        IReadOnlySet<int> rows,
        Dictionary<string, ArtifactSource> changed,
        CancellationToken cancellationToken)
    {
        var offsets = await _artifacts.ReadInt64Async(version, offsetsName, cancellationToken);
        var targets = await _artifacts.ReadInt32Async(version, targetsName, cancellationToken);
        if (offsets is null || targets is null)
        {
            return;
        }

        var counts = countsName is null ? null : await _artifacts.ReadInt32Async(version, countsName, cancellationToken);
        var weights = weightsName is null ? null : (await _artifacts.ReadMatrixAsync(version, weightsName, cancellationToken))?.Values;
        var kept = 0;
        for (var row = 0; row + 1 < offsets.Length; row++)
        {
            var (start, end) = (offsets[row], offsets[row + 1]);
            offsets[row] = kept;
            for (var at = start; at < end && !rows.Contains(row); at++)
            {
                if (weightsName is null || !rows.Contains(targets[at]))
                {
                    targets[kept] = targets[at];
                    if (counts is not null)
                    {
                        counts[kept] = counts[at];
                    }

                    if (weights is not null)
                    {
                        weights[kept] = weights[at];
                    }

                    kept++;
                }
            }
        }

        offsets[^1] = kept;
        changed[offsetsName] = new ArraySource<long>(offsetsName, ArtifactKind.Int64Array, offsets.Length, [offsets]);
        changed[targetsName] = new ArraySource<int>(targetsName, ArtifactKind.Int32Array, kept, [targets.AsMemory(0, kept)]);
        if (counts is not null)
        {
            changed[countsName!] = new ArraySource<int>(countsName!, ArtifactKind.Int32Array, kept, [counts.AsMemory(0, kept)]);
        }

        if (weights is not null)
        {
            changed[weightsName!] = new MatrixSource(weightsName!, 1, kept, _ => weights.AsSpan(0, kept));
        }
    }
}
