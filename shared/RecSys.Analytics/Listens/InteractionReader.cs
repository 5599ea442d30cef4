using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Listens;

/// <summary>
/// Turns listens into cells in two passes over the files: the first finds the ids and counts the listens of each user, the
/// second puts each listen where its user's are; then users are sorted and added up one by one. Beside the cells that
/// needs 16 bytes for each listen, 28 where the times of all are kept.
/// </summary>
internal static class InteractionReader
{
    public static LakeInteractions Read(
        EngineConnection connection, ListenSource source, bool keepsTimes, int threads, CancellationToken cancellationToken)
    {
        var parts = source.Parts();
        foreach (var part in parts)
        {
            part.Count(connection, cancellationToken);
        }

        if (parts.Count == 0)
        {
            return new LakeInteractions([], [], [], [], [], [], 0, keepsTimes ? [] : null, keepsTimes ? [] : null);
        }

        var users = IdUnion.Of([.. parts.Select(part => (part.UserIds, part.UserCounts))]);
        var tracks = IdUnion.Of([.. parts.Select(part => (part.TrackIds, part.TrackCounts))]);
        var offsets = Offsets(users, parts);
        if (offsets[^1] > Array.MaxLength)
        {
            throw new NotSupportedException($"The lake has {offsets[^1]} listens; at most {Array.MaxLength} can be read at once. Read fewer days.");
        }

        using var rows = new RowBuffer(offsets[^1]);
        var next = offsets[..^1];
        for (var part = 0; part < parts.Count; part++)
        {
            var placer = new Placer(rows, next, offsets, users.Positions[part], tracks.Positions[part]);
            parts[part].Read(connection, placer.Place, cancellationToken);
        }

        for (var user = 0; user < next.Length; user++)
        {
            if (next[user] != offsets[user + 1])
            {
                throw new LakeChangedException();
            }
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        return CellBuilder.Build(users.Ids, tracks.Ids, rows, offsets, keepsTimes, parallel);
    }

    private static long[] Offsets(IdUnion users, IReadOnlyList<ListenPart> parts)
    {
        var offsets = new long[users.Ids.Length + 1];
        for (var part = 0; part < parts.Count; part++)
        {
            var counts = parts[part].UserCounts;
            for (var i = 0; i < counts.Length; i++)
            {
                if (counts[i] > 0)
                {
                    offsets[users.Positions[part][i] + 1] += counts[i];
                }
            }
        }

        for (var user = 1; user < offsets.Length; user++)
        {
            offsets[user] += offsets[user - 1];
        }

        return offsets;
    }

    /// <summary>Puts a part's rows at the next free places of their users.</summary>
    private sealed unsafe class Placer(RowBuffer rows, long[] next, long[] offsets, int[] userPositions, int[] trackPositions)
    {
        public void Place(int user, int track, long time, float weight)
        {
            if ((uint)user >= (uint)userPositions.Length || (uint)track >= (uint)trackPositions.Length)
            {
                throw new LakeChangedException();
            }

            // Files that are not those of the first pass may have other ids or more rows.
            var (userIndex, itemIndex) = (userPositions[user], trackPositions[track]);
            if (userIndex < 0 || itemIndex < 0 || next[userIndex] >= offsets[userIndex + 1])
            {
                throw new LakeChangedException();
            }

            var at = next[userIndex]++;
            rows.Items[at] = itemIndex;
            rows.Times[at] = time;
            rows.Weights[at] = weight;
        }
    }
}
