using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace RecSys.Ingest.Acceptance;

/// <summary>
/// The events of a kind that this process took lately, so that its answers can say how many it knew already. It decides nothing else: what
/// is known goes on its way all the same, since it may know a field better, and the stores keep it once. Safe for threads.
/// </summary>
/// <remarks>
/// An event is remembered by 64 bits of its identity: that one of a million remembered is taken for another happens once in 18 million
/// million events.
/// </remarks>
/// <param name="capacity">How many are remembered at least, from 1 on; at most twice as many are.</param>
internal sealed class KnownEvents(int capacity)
{
    private readonly Lock _lock = new();

    // The newer ones and those before them: when there are enough of the newer ones, the others go.
    private HashSet<ulong> _newer = [];
    private HashSet<ulong> _older = [];

    /// <summary>Remembers events that are about to be published.</summary>
    /// <returns>Those that were not known, to be given to <see cref="Forget"/> where they are not published in the end.</returns>
    public IReadOnlyList<ulong> Add(IEnumerable<ulong> hashes)
    {
        var added = new List<ulong>();
        lock (_lock)
        {
            added.AddRange(hashes.Where(hash => !_older.Contains(hash) && _newer.Add(hash)));
            if (_newer.Count > capacity)
            {
                (_older, _newer) = (_newer, []);
            }
        }

        return added;
    }

    /// <summary>Forgets events whose publication failed.</summary>
    public void Forget(IReadOnlyList<ulong> added)
    {
        lock (_lock)
        {
            _newer.ExceptWith(added);
            _older.ExceptWith(added);
        }
    }

    /// <summary>64 bits of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="seed">What makes the same text another: a number, or the bits of what stands before it.</param>
    public static ulong HashOf(string text, long seed = 0) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()), seed);
}
