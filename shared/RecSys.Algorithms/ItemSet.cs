using System.Numerics;

namespace RecSys.Algorithms;

/// <summary>A set of item indices over a catalogue, one bit an item. Immutable.</summary>
public sealed class ItemSet
{
    private readonly ulong[] _words;

    /// <summary>Makes the set of the given items; repeated items count once.</summary>
    /// <param name="itemCount">Size of the catalogue.</param>
    /// <param name="itemIndices">The members, each in 0 … itemCount − 1.</param>
    public ItemSet(int itemCount, ReadOnlySpan<int> itemIndices)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(itemCount);
        ItemCount = itemCount;
        _words = new ulong[(itemCount + 63L) / 64];
        foreach (var item in itemIndices)
        {
            if ((uint)item >= (uint)itemCount)
            {
                throw new AlgorithmException(
                    AlgorithmError.IndexOutOfRange,
                    $"Item {item} is not in 0 … {itemCount - 1}; drop items that the model does not know before making the set.");
            }

            _words[item >> 6] |= 1UL << (item & 63);
        }

        foreach (var word in _words)
        {
            Count += BitOperations.PopCount(word);
        }
    }

    /// <summary>Size of the catalogue that the set was made for.</summary>
    public int ItemCount { get; }

    /// <summary>How many items are in the set.</summary>
    public int Count { get; }

    /// <summary>Whether the item is in the set.</summary>
    public bool Contains(int itemIndex) => (_words[itemIndex >> 6] >> (itemIndex & 63) & 1) != 0;

    /// <summary>The members, ascending.</summary>
    public int[] ToArray()
    {
        var items = new int[Count];
        var at = 0;
        for (var w = 0; w < _words.Length; w++)
        {
            for (var word = _words[w]; word != 0; word &= word - 1)
            {
                items[at++] = (w * 64) + BitOperations.TrailingZeroCount(word);
            }
        }

        return items;
    }
}
