namespace RecSys.Analytics.Listens;

/// <summary>
/// Makes cells of the listens of each user, in place: sorted by item and time, listens that are the same taken once, the rest
/// added up. Users are independent, so that all threads work.
/// </summary>
internal sealed unsafe class CellBuilder
{
    // Rows that a thread takes at a time.
    private const long ChunkRows = 1 << 18;

    private readonly RowBuffer _rows;
    private readonly long[] _offsets;
    private readonly int[] _cellCounts;
    private readonly List<(int First, int End)> _chunks;
    private readonly ParallelOptions _parallel;
    private readonly int[] _listenCounts;

    // Where times are kept: those of user u's listens from offsets[u] on, cell by cell, and how many each cell has.
    private readonly long[]? _listenTimes;
    private readonly int[]? _listensOfCell;
    private long _listenCount;

    private CellBuilder(RowBuffer rows, long[] offsets, bool keepsTimes, ParallelOptions parallel)
    {
        _listenCounts = new int[offsets.Length - 1];
        _listenTimes = keepsTimes ? GC.AllocateUninitializedArray<long>((int)offsets[^1]) : null;
        _listensOfCell = keepsTimes ? GC.AllocateUninitializedArray<int>((int)offsets[^1]) : null;
        _rows = rows;
        _offsets = offsets;
        _cellCounts = new int[offsets.Length - 1];
        _chunks = Chunks(offsets);
        _parallel = parallel;
    }

    /// <summary>Makes the cells and frees the rows.</summary>
    /// <param name="userIds">Ids of the users.</param>
    /// <param name="trackIds">Ids of the items.</param>
    /// <param name="rows">The listens of user u are those from offsets[u] to offsets[u + 1].</param>
    /// <param name="offsets">See <paramref name="rows"/>.</param>
    /// <param name="keepsTimes">Whether the time of every listen is kept.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public static LakeInteractions Build(
        string[] userIds, string[] trackIds, RowBuffer rows, long[] offsets, bool keepsTimes, ParallelOptions parallel)
    {
        var builder = new CellBuilder(rows, offsets, keepsTimes, parallel);
        Parallel.ForEach(builder._chunks, parallel, () => new Scratch(), (chunk, _, scratch) => builder.Compact(chunk, scratch), _ => { });
        return builder.Take(userIds, trackIds);
    }

    // Consecutive users with ChunkRows rows together, or one user with more.
    private static List<(int First, int End)> Chunks(long[] offsets)
    {
        var chunks = new List<(int, int)>();
        var first = 0;
        for (var user = 1; user < offsets.Length; user++)
        {
            if (offsets[user] - offsets[first] >= ChunkRows || user == offsets.Length - 1)
            {
                chunks.Add((first, user));
                first = user;
            }
        }

        return chunks;
    }

    private Scratch Compact((int First, int End) chunk, Scratch scratch)
    {
        var listens = 0L;
        for (var user = chunk.First; user < chunk.End; user++)
        {
            var start = _offsets[user];
            var count = (int)(_offsets[user + 1] - start);
            scratch.Reserve(count);
            var before = listens;
            _cellCounts[user] = Compact(start, count, scratch, ref listens);
            _listenCounts[user] = (int)(listens - before);
        }

        Interlocked.Add(ref _listenCount, listens);
        return scratch;
    }

    private int Compact(long start, int count, Scratch scratch, ref long listens)
    {
        var items = new Span<int>(_rows.Items + start, count);
        var times = new Span<long>(_rows.Times + start, count);
        var weights = new Span<float>(_rows.Weights + start, count);
        var keys = scratch.Keys.AsSpan(0, count);
        for (var i = 0; i < count; i++)
        {
            keys[i] = ((long)items[i] << 32) | (uint)i;
        }

        keys.Sort();
        times.CopyTo(scratch.Times);
        weights.CopyTo(scratch.Weights);
        var cells = 0;
        var firstListen = listens;
        for (int i = 0, end; i < count; i = end)
        {
            var item = (int)(keys[i] >> 32);
            var listen = start + (listens - firstListen);
            end = i + 1;
            while (end < count && (int)(keys[end] >> 32) == item)
            {
                end++;
            }

            items[cells] = item;
            if (end == i + 1)
            {
                times[cells] = scratch.Times[(int)keys[i]];
                weights[cells] = scratch.Weights[(int)keys[i]];
                listens++;
                if (_listenTimes is not null)
                {
                    _listenTimes[listen] = times[cells];
                    _listensOfCell![start + cells] = 1;
                }
            }
            else
            {
                (times[cells], weights[cells], var distinct) = Sum(keys[i..end], scratch);
                listens += distinct;
                if (_listenTimes is not null)
                {
                    Distinct(scratch.CellTimes.AsSpan(0, end - i), _listenTimes.AsSpan((int)listen, distinct));
                    _listensOfCell![start + cells] = distinct;
                }
            }

            cells++;
        }

        return cells;
    }

    // The listens of one cell. In the order of time, so that the sum does not depend on the order of reading.
    private static (long Last, float Sum, int Distinct) Sum(ReadOnlySpan<long> keys, Scratch scratch)
    {
        var times = scratch.CellTimes.AsSpan(0, keys.Length);
        var weights = scratch.CellWeights.AsSpan(0, keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            times[i] = scratch.Times[(int)keys[i]];
            weights[i] = scratch.Weights[(int)keys[i]];
        }

        times.Sort(weights);
        var distinct = 0;
        var sum = 0.0;
        for (int i = 0, end; i < times.Length; i = end)
        {
            // The same listen again: the larger weight counts.
            var weight = weights[i];
            for (end = i + 1; end < times.Length && times[end] == times[i]; end++)
            {
                weight = Math.Max(weight, weights[end]);
            }

            sum += weight;
            distinct++;
        }

        return (times[^1], (float)sum, distinct);
    }

    private static void Distinct(ReadOnlySpan<long> sorted, Span<long> distinct)
    {
        var count = 0;
        foreach (var time in sorted)
        {
            if (count == 0 || distinct[count - 1] != time)
            {
                distinct[count++] = time;
            }
        }
    }

    private LakeInteractions Take(string[] userIds, string[] trackIds)
    {
        var cellOffsets = new long[_offsets.Length];
        for (var user = 0; user < _cellCounts.Length; user++)
        {
            cellOffsets[user + 1] = cellOffsets[user] + _cellCounts[user];
        }

        // Each array of rows is freed before the next array of cells is made.
        var userIndex = GC.AllocateUninitializedArray<int>(checked((int)cellOffsets[^1]));
        Parallel.ForEach(_chunks, _parallel, chunk =>
        {
            for (var user = chunk.First; user < chunk.End; user++)
            {
                userIndex.AsSpan((int)cellOffsets[user], _cellCounts[user]).Fill(user);
            }
        });
        var itemIndex = Packed<int>((nint)_rows.Items, cellOffsets);
        _rows.FreeItems();
        var plays = Packed<float>((nint)_rows.Weights, cellOffsets);
        _rows.FreeWeights();
        var lastListenedAt = Packed<long>((nint)_rows.Times, cellOffsets);
        _rows.FreeTimes();
        return new LakeInteractions(
            userIds, trackIds, userIndex, itemIndex, plays, lastListenedAt, _listenCount, CountsOfCells(cellOffsets), AllTimes());
    }

    private int[]? CountsOfCells(long[] cellOffsets)
    {
        fixed (int* counts = _listensOfCell)
        {
            return _listensOfCell is null ? null : Packed<int>((nint)counts, cellOffsets);
        }
    }

    private long[]? AllTimes()
    {
        if (_listenTimes is null)
        {
            return null;
        }

        var times = GC.AllocateUninitializedArray<long>(checked((int)_listenCount));
        var at = 0;
        for (var user = 0; user < _listenCounts.Length; user++)
        {
            _listenTimes.AsSpan((int)_offsets[user], _listenCounts[user]).CopyTo(times.AsSpan(at));
            at += _listenCounts[user];
        }

        return times;
    }

    private T[] Packed<T>(nint rows, long[] cellOffsets)
        where T : unmanaged
    {
        var cells = GC.AllocateUninitializedArray<T>((int)cellOffsets[^1]);
        Parallel.ForEach(_chunks, _parallel, chunk =>
        {
            for (var user = chunk.First; user < chunk.End; user++)
            {
                new ReadOnlySpan<T>((T*)rows + _offsets[user], _cellCounts[user]).CopyTo(cells.AsSpan((int)cellOffsets[user]));
            }
        });
        return cells;
    }

    /// <summary>A thread's working memory, as large as its largest user.</summary>
    private sealed class Scratch
    {
        public long[] Keys { get; private set; } = [];

        public long[] Times { get; private set; } = [];

        public float[] Weights { get; private set; } = [];

        public long[] CellTimes { get; private set; } = [];

        public float[] CellWeights { get; private set; } = [];

        public void Reserve(int count)
        {
            if (count > Keys.Length)
            {
                var length = Math.Max(count, Keys.Length * 2);
                (Keys, Times, Weights, CellTimes, CellWeights) = (new long[length], new long[length], new float[length], new long[length], new float[length]);
            }
        }
    }
}
