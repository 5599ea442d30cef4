namespace RecSys.Analytics.Listens;

/// <summary>The ids of several parts as one array in ordinal order, and where each part's ids are in it.</summary>
internal sealed class IdUnion
{
    private IdUnion(string[] ids, int[][] positions)
    {
        Ids = ids;
        Positions = positions;
    }

    /// <summary>Ids that occur in a part, each once, in ordinal order.</summary>
    public string[] Ids { get; }

    /// <summary>For each part and each of its ids the position in <see cref="Ids"/>; -1 for one that does not occur.</summary>
    public int[][] Positions { get; }

    /// <summary>Unites ids.</summary>
    /// <param name="parts">For each part its ids, each once, and how often each occurs; 0 leaves an id out.</param>
    public static IdUnion Of(IReadOnlyList<(string[] Ids, int[] Counts)> parts)
    {
        var sorted = parts.Select(part => Occurring(part.Ids, part.Counts)).ToArray();
        var all = sorted.Length == 1 ? sorted[0] : sorted.Aggregate(Array.Empty<string>(), Merge);
        return new IdUnion(all, [.. parts.Select(part => PositionsOf(part.Ids, part.Counts, all))]);
    }

    private static string[] Occurring(string[] ids, int[] counts)
    {
        var occurring = new string[counts.Count(count => count > 0)];
        var at = 0;
        var isSorted = true;
        for (var i = 0; i < ids.Length; i++)
        {
            if (counts[i] > 0)
            {
                isSorted &= at == 0 || string.CompareOrdinal(occurring[at - 1], ids[i]) < 0;
                occurring[at++] = ids[i];
            }
        }

        // The engine orders by UTF-8 bytes, which differs from ordinal order where characters beyond U+FFFF occur.
        if (!isSorted)
        {
            Array.Sort(occurring, StringComparer.Ordinal);
        }

        return occurring;
    }

    private static string[] Merge(string[] first, string[] second)
    {
        var merged = new List<string>(first.Length + second.Length);
        var (i, j) = (0, 0);
        while (i < first.Length && j < second.Length)
        {
            var order = string.CompareOrdinal(first[i], second[j]);
            merged.Add(order <= 0 ? first[i] : second[j]);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        merged.AddRange(first.AsSpan(i));
        merged.AddRange(second.AsSpan(j));
        return merged.ToArray();
    }

    /// <summary>Where ids are among others that are in ordinal order; -1 for one that does not occur or is not there.</summary>
    public static int[] PositionsOf(string[] ids, int[] counts, string[] all)
    {
        var positions = new int[ids.Length];
        var next = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            if (counts[i] == 0)
            {
                positions[i] = -1;
                continue;
            }

            // Mostly the next one or close behind; looked for where a part is in another order.
            while (next < all.Length && string.CompareOrdinal(all[next], ids[i]) < 0)
            {
                next++;
            }

            if (next == all.Length || all[next] != ids[i])
            {
                next = Array.BinarySearch(all, ids[i], StringComparer.Ordinal);
            }

            positions[i] = Math.Max(-1, next);
            next = Math.Max(0, next < 0 ? ~next : next + 1);
        }

        return positions;
    }
}
