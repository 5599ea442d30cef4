using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// What the users of a block have seen, in the order in which a search meets it: sorted by strip, so that looking it up costs
/// nothing where there is nothing.
/// </summary>
internal sealed class SeenPositions
{
    private readonly int[] _starts;
    private int[] _entries = new int[1024];

    /// <summary>Makes room for an index of so many strips.</summary>
    public SeenPositions(int stripCount) => _starts = new int[stripCount + 2];

    /// <summary>Sorts the seen items of the given rows by strip (a counting sort).</summary>
    public void Fill(FactorIndex index, SparseMatrix? seen, ReadOnlySpan<int> rows)
    {
        Array.Clear(_starts);
        if (seen is null)
        {
            return;
        }

        var total = 0;
        foreach (var row in rows)
        {
            foreach (var item in seen.RowColumns(row))
            {
                var position = index.Positions[item];
                if (position >= 0)
                {
                    _starts[(position / 16) + 2]++;
                    total++;
                }
            }
        }

        if (_entries.Length < total)
        {
            _entries = new int[Math.Max(total, 2 * _entries.Length)];
        }

        for (var strip = 2; strip < _starts.Length; strip++)
        {
            _starts[strip] += _starts[strip - 1];
        }

        for (var user = 0; user < rows.Length; user++)
        {
            foreach (var item in seen.RowColumns(rows[user]))
            {
                var position = index.Positions[item];
                if (position >= 0)
                {
                    _entries[_starts[(position / 16) + 1]++] = (user * 16) + (position % 16);
                }
            }
        }
    }

    /// <summary>Clears the hits, 16 masks of a group of users, of items that those users have seen.</summary>
    public unsafe void Remove(int strip, int firstUser, ushort* hits)
    {
        for (var i = _starts[strip]; i < _starts[strip + 1]; i++)
        {
            var user = (_entries[i] / 16) - firstUser;
            if ((uint)user < 16)
            {
                hits[user] &= (ushort)~(1 << (_entries[i] % 16));
            }
        }
    }
}
