using System.Diagnostics.CodeAnalysis;

namespace RecSys.Serving.Histories;

/// <summary>
/// A map that holds entries up to a total weight and lets go of those that were not asked for the longest. Safe for use
/// by many threads; no operation waits for anything but the others.
/// </summary>
/// <param name="capacity">Total weight that is held, at least 1. One entry heavier than that is still held, alone.</param>
internal sealed class BoundedCache<TKey, TValue>(long capacity)
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];

    // Most recently used first.
    private readonly LinkedList<Entry> _order = new();
    private long _weight;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The total weight of the entries.</summary>
    public long Weight
    {
        get
        {
            lock (_lock)
            {
                return _weight;
            }
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }
            Touch(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>The entry of the key, made with weight 1 where there is none.</summary>
    public TValue GetOrAdd(TKey key, Func<TKey, TValue> make)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                Touch(node);
                return node.Value.Value;
            }
            var value = make(key);
            Insert(key, value, weight: 1);
            return value;
        }
    }

    public void Set(TKey key, TValue value, int weight = 1)
    {
        lock (_lock)
        {
            Remove(key);
            Insert(key, value, weight);
        }
    }

    public void Remove(TKey key)
    {
        lock (_lock)
        {
            if (_entries.Remove(key, out var node))
            {
                _order.Remove(node);
                _weight -= node.Value.Weight;
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _order.Clear();
            _weight = 0;
        }
    }

    /// <summary>Says what an entry weighs now. Nothing happens when the entry is gone or the key holds another value.</summary>
    public void Reweigh(TKey key, TValue value, int weight)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node) || !EqualityComparer<TValue>.Default.Equals(node.Value.Value, value))
            {
                return;
            }
            _weight += weight - node.Value.Weight;
            node.Value = node.Value with { Weight = weight };
            LetGoOfOldest();
        }
    }

    private void Touch(LinkedListNode<Entry> node)
    {
        _order.Remove(node);
        _order.AddFirst(node);
    }

    private void Insert(TKey key, TValue value, int weight)
    {
        _entries[key] = _order.AddFirst(new Entry(key, value, weight));
        _weight += weight;
        LetGoOfOldest();
    }

    private void LetGoOfOldest()
    {
        while (_weight > capacity && _order.Count > 1)
        {
            var oldest = _order.Last!;
            _order.RemoveLast();
            _entries.Remove(oldest.Value.Key);
            _weight -= oldest.Value.Weight;
        }
    }

    private readonly record struct Entry(TKey Key, TValue Value, int Weight);
}
