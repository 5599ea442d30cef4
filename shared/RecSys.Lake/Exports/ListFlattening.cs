using System.Runtime.CompilerServices;
using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Exports;

/// <summary>Makes rows of lists: a row per place.</summary>
internal static class ListFlattening
{
    // Rows of a block, about: handing one over costs nothing then, and all threads still have work.
    private const int BlockRows = 1 << 16;

    /// <summary>Blocks of lists of texts, which are numbered on the way.</summary>
    public static async IAsyncEnumerable<RowBlock> BlocksOf(
        IAsyncEnumerable<TrackList> lists, ListTexts texts, bool hasSources, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var group = new List<TrackList>();
        var rows = 0;
        await foreach (var list in lists.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            group.Add(list);
            rows += list.TrackIds.Count;
            if (rows >= BlockRows)
            {
                yield return BlockOf(group, rows, texts, hasSources);
                group.Clear();
                rows = 0;
            }
        }

        yield return BlockOf(group, rows, texts, hasSources);
    }

    /// <summary>A block of lists of indices.</summary>
    public static ListBlock BlockOf(IReadOnlyList<IndexedList> lists, ListTexts texts)
    {
        var rows = 0;
        foreach (var list in lists)
        {
            rows += list.TrackIndices.Length;
        }

        var (owners, tracks, scores, ranks) = (new int[rows], new int[rows], new float[rows], new int[rows]);
        var row = 0;
        foreach (var list in lists)
        {
            var count = list.TrackIndices.Length;
            owners.AsSpan(row, count).Fill(list.OwnerIndex);
            list.TrackIndices.Span.CopyTo(tracks.AsSpan(row, count));
            list.Scores.Span.CopyTo(scores.AsSpan(row, count));
            for (var place = 0; place < count; place++)
            {
                ranks[row + place] = place + 1;
            }

            row += count;
        }

        return new ListBlock(owners, tracks, scores, ranks, null, texts);
    }

    private static ListBlock BlockOf(List<TrackList> lists, int rows, ListTexts texts, bool hasSources)
    {
        var (owners, tracks, scores, ranks) = (new int[rows], new int[rows], new float[rows], new int[rows]);
        var sources = hasSources ? new int[rows] : null;
        var row = 0;
        foreach (var list in lists)
        {
            var owner = texts.Owners.IndexOf(list.OwnerId);
            for (var place = 0; place < list.TrackIds.Count; place++, row++)
            {
                owners[row] = owner;
                tracks[row] = texts.Tracks.IndexOf(list.TrackIds[place]);
                scores[row] = list.Scores[place];
                ranks[row] = place + 1;
                if (sources is not null)
                {
                    sources[row] = texts.Sources.IndexOf(list.Sources![place]);
                }
            }
        }

        return new ListBlock(owners, tracks, scores, ranks, sources, texts);
    }
}
