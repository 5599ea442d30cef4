using System.Numerics;
using RecSys.Algorithms.Linear;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.TopK;

/// <summary>
/// The exact best items for many queries at once: scores are made 16 users × 16 items at a time and only those that reach the
/// user's threshold leave the tile, so that no score row, let alone the matrix, is ever stored.
/// </summary>
internal sealed unsafe class BatchRanking
{
    /// <summary>
    /// Queries a thread works on together: a strip of items is read from memory once for all of them, and at 64 factors they
    /// take 16 KiB, half of a level-1 cache.
    /// </summary>
    public const int BlockUsers = 64;

    private const int Groups = BlockUsers / Padding.Tile;
    private const int TileFloats = Padding.Tile * Padding.Tile;

    private readonly FactorIndex _index;
    private readonly EligibleItems _eligible;
    private readonly SeenPositions _seen;
    private readonly int _stride;
    private readonly AlignedBuffer _buffer;
    private readonly TopKBuffer[] _best = new TopKBuffer[BlockUsers];
    private readonly float[] _queryLengths = new float[BlockUsers];

    public BatchRanking(FactorIndex index, EligibleItems eligible, int k)
    {
        _index = index;
        _eligible = eligible;
        _seen = new SeenPositions(index.StripCount);
        _stride = index.Items.Stride;
        _buffer = new AlignedBuffer(((long)BlockUsers * _stride) + BlockUsers + TileFloats + _stride);
        for (var i = 0; i < BlockUsers; i++)
        {
            _best[i] = new TopKBuffer(Math.Min(k, index.Order.Length));
        }
    }

    private float* Queries => _buffer.Pointer;

    private float* Thresholds => Queries + ((nint)BlockUsers * _stride);

    private float* Tile => Thresholds + BlockUsers;

    private float* Ones => Tile + TileFloats;

    /// <summary>Ranks for up to <see cref="BlockUsers"/> rows.</summary>
    /// <param name="queries">Rows of factors.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="seen">Per row what to leave out, or null.</param>
    /// <param name="lists">Receives a list per row.</param>
    public void Find(FactorMatrix queries, ReadOnlySpan<int> rows, SparseMatrix? seen, Span<ScoredItem[]> lists) =>
        Find(queries, rows, seen, rows, lists);

    /// <summary>The same where what a row has seen is in another row.</summary>
    public void Find(
        FactorMatrix queries, ReadOnlySpan<int> rows, SparseMatrix? seen, ReadOnlySpan<int> seenRows, Span<ScoredItem[]> lists)
    {
        Pack(queries, rows);
        _seen.Fill(_index, seen, seenRows);
        var limits = stackalloc float[Groups];
        var active = stackalloc int[Groups];
        var activeCount = (rows.Length + Padding.Tile - 1) / Padding.Tile;
        for (var g = 0; g < activeCount; g++)
        {
            active[g] = g;
            limits[g] = Limit(g * Padding.Tile);
        }

        var hits = stackalloc ushort[Padding.Tile];
        var strips = _index.Strips.Pointer;
        var thresholds = Thresholds;
        var tile = Tile;
        for (var strip = 0; strip < _index.StripCount && activeCount > 0; strip++)
        {
            var eligible = _eligible[strip];
            if (eligible == 0)
            {
                continue;
            }

            var first = strip * Padding.Tile;
            var items = strips + ((nint)first * _stride);
            var longest = _index.Lengths[first];
            for (var a = activeCount - 1; a >= 0; a--)
            {
                var group = active[a];
                if (longest < limits[group])
                {
                    // Lengths fall: this group of users is finished.
                    active[a] = active[--activeCount];
                    continue;
                }

                var users = group * Padding.Tile;
                TileKernel.Set(Queries + ((nint)users * _stride), Padding.Tile, items, Padding.Tile, _stride, tile, Padding.Tile);
                if (!ScreenKernel.Find(tile, thresholds + users, hits))
                {
                    continue;
                }

                _seen.Remove(strip, users, hits);
                if (Offer(users, first, hits, eligible))
                {
                    limits[group] = Limit(users);
                }
            }
        }

        for (var i = 0; i < rows.Length; i++)
        {
            lists[i] = _best[i].ToSortedArray();
        }

        GC.KeepAlive(_index);
    }

    private void Pack(FactorMatrix queries, ReadOnlySpan<int> rows)
    {
        new Span<float>(Ones, _stride).Fill(1);
        fixed (int* indices = rows)
        {
            for (var r = 0; r < rows.Length; r += Padding.Tile)
            {
                TransposeKernel.Pack(
                    queries.Pointer,
                    _stride,
                    _stride,
                    indices + r,
                    Math.Min(Padding.Tile, rows.Length - r),
                    Ones,
                    Ones,
                    Queries + ((nint)r * _stride));
            }
        }

        for (var i = 0; i < BlockUsers; i++)
        {
            _best[i].Clear();

            _queryLengths[i] = 0;
            if (i < rows.Length)
            {
                var row = queries.RowPointer(rows[i]);
                _queryLengths[i] = MathF.Sqrt(VectorKernel.Dot(row, row, _stride));
            }

            // Unknown users, and rows that only fill up a tile, take nothing.
            Thresholds[i] = _queryLengths[i] > 0 ? float.MinValue : float.PositiveInfinity;
        }

        GC.KeepAlive(queries);
    }

    /// <summary>Adds the hits of a tile to their users' lists; returns whether a threshold rose.</summary>
    private bool Offer(int users, int first, ushort* hits, ushort eligible)
    {
        var rose = false;
        var thresholds = Thresholds + users;
        var row = Tile;
        for (var r = 0; r < Padding.Tile; r++, row += Padding.Tile)
        {
            var mask = (uint)(hits[r] & eligible);
            if (mask == 0)
            {
                continue;
            }

            var best = _best[users + r];
            do
            {
                var column = BitOperations.TrailingZeroCount(mask);
                if (row[column] >= best.Threshold)
                {
                    best.Add(_index.Order[first + column], row[column]);
                }

                mask &= mask - 1;
            }
            while (mask != 0);

            if (best.Threshold > thresholds[r])
            {
                thresholds[r] = best.Threshold;
                rose = true;
            }
        }

        return rose;
    }

    /// <summary>The length below which an item can't reach the list of any user of a group.</summary>
    private float Limit(int users)
    {
        var limit = float.PositiveInfinity;
        for (var user = users; user < users + Padding.Tile; user++)
        {
            // Infinite for who takes nothing.
            limit = Math.Min(limit, Thresholds[user] > 0 ? Thresholds[user] / (_queryLengths[user] * FactorIndex.Slack) : 0);
        }

        return limit;
    }
}

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

/// <summary>Which positions of an index may be in any list: bit i of a strip's mask stands for its i-th item.</summary>
internal sealed class EligibleItems
{
    private readonly ushort[] _masks;

    public EligibleItems(FactorIndex index, RecommendOptions options)
    {
        _masks = new ushort[index.StripCount];
        for (var position = 0; position < index.Order.Length; position++)
        {
            var item = index.Order[position];
            if ((options.Allowed is null || options.Allowed.Contains(item)) && (options.Denied is null || !options.Denied.Contains(item)))
            {
                _masks[position / 16] |= (ushort)(1 << (position % 16));
            }
        }
    }

    /// <summary>The mask of a strip of 16 positions.</summary>
    public ushort this[int strip] => _masks[strip];
}
