using System.Diagnostics;

namespace RecSys.Candidate.Models;

/// <summary>
/// Which items each user of the model has heard and how often: compressed rows, the items of a row ascending. 4 bytes a
/// (user, item) cell, 8 with plays, and 8 a user.
/// </summary>
internal sealed class HeardTracks
{
    private readonly long[] _offsets;
    private readonly int[] _items;
    private readonly int[]? _plays;

    /// <param name="offsets">Where each user's items begin, and the end: user count + 1 values.</param>
    /// <param name="items">The items, ascending per user.</param>
    /// <param name="plays">Plays of each, at least 1; null when the version keeps none, and each counts as one.</param>
    /// <param name="itemCount">Items of the model.</param>
    /// <exception cref="InvalidDataException">The arrays do not fit together.</exception>
    public HeardTracks(long[] offsets, int[] items, int[]? plays, int itemCount)
    {
        var fits = offsets.Length > 0 && offsets[0] == 0 && offsets[^1] == items.Length && (plays is null || plays.Length == items.Length);
        for (var user = 1; fits && user < offsets.Length; user++)
        {
            fits = offsets[user] >= offsets[user - 1];
        }

        foreach (var item in items)
        {
            fits &= (uint)item < (uint)itemCount;
        }

        if (!fits)
        {
            throw new InvalidDataException("The heard tracks of the model version do not fit its users and tracks. Train a new version.");
        }

        (_offsets, _items, _plays) = (offsets, items, plays);
    }

    public int UserCount => _offsets.Length - 1;

    public long CellCount => _items.Length;

    public ReadOnlySpan<int> ItemsOf(int userIndex) =>
        _items.AsSpan((int)_offsets[userIndex], (int)(_offsets[userIndex + 1] - _offsets[userIndex]));

    /// <summary>Plays of the item at a place of <see cref="ItemsOf"/>.</summary>
    public int PlaysAt(int userIndex, int place)
    {
        Debug.Assert(place >= 0 && place < ItemsOf(userIndex).Length);
        return _plays is null ? 1 : _plays[_offsets[userIndex] + place];
    }

    /// <summary>Distinct users of every item.</summary>
    public int[] CountListeners(int itemCount)
    {
        var counts = new int[itemCount];
        foreach (var item in _items)
        {
            counts[item]++;
        }

        return counts;
    }
}
