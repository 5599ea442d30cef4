namespace RecSys.Lake.Interactions;

/// <summary>Collects values whose number is not known beforehand, without copying them each time it grows.</summary>
internal sealed class BlockBuffer<T>
    where T : unmanaged
{
    private const int BlockLength = 1 << 20;

    private readonly List<T[]> _blocks = [];
    private T[] _last = [];
    private int _lastCount;

    public int Count { get; private set; }

    public void Add(T value)
    {
        if (_lastCount == _last.Length)
        {
            // The first block grows from small: most lakes in tests and demos need no more.
            _last = new T[_blocks.Count == 0 ? 1 << 14 : BlockLength];
            _blocks.Add(_last);
            _lastCount = 0;
        }

        _last[_lastCount++] = value;
        Count = checked(Count + 1);
    }

    /// <summary>The value that was added last.</summary>
    public ref T Last => ref _last[_lastCount - 1];

    /// <summary>All values in one array; the buffer is empty afterwards.</summary>
    public T[] Take()
    {
        var all = GC.AllocateUninitializedArray<T>(Count);
        var at = 0;
        for (var i = 0; i < _blocks.Count; i++)
        {
            var length = i + 1 < _blocks.Count ? _blocks[i].Length : _lastCount;
            _blocks[i].AsSpan(0, length).CopyTo(all.AsSpan(at));
            at += length;
            _blocks[i] = [];
        }

        _blocks.Clear();
        _last = [];
        _lastCount = Count = 0;
        return all;
    }
}
