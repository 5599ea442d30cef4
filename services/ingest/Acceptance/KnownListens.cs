using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting;

namespace RecSys.Ingest.Acceptance;

/// <summary>
/// The listens that this process took lately, so that its answers can say how many it knew already. It decides nothing else: what is known
/// goes on its way all the same, since it may know a field better, and the stores keep it once. Safe for threads.
/// </summary>
/// <remarks>
/// A listen is remembered by 64 bits of its identity: that one of a million remembered is taken for another happens once in 18 million
/// million listens.
/// </remarks>
internal sealed class KnownListens(IOptions<IngestOptions> options)
{
    private readonly int _capacity = options.Value.KnownListens;
    private readonly Lock _lock = new();

    // The newer ones and those before them: when there are enough of the newer ones, the others go.
    private HashSet<ulong> _newer = [];
    private HashSet<ulong> _older = [];

    /// <summary>Remembers listens that are about to be published.</summary>
    /// <param name="listens">Listens with a track id that keep the rules.</param>
    /// <returns>Those that were not known, to be given to <see cref="Forget"/> where they are not published in the end.</returns>
    public IReadOnlyList<ulong> Add(IReadOnlyList<Listen> listens)
    {
        var added = new List<ulong>(listens.Count);
        lock (_lock)
        {
            foreach (var listen in listens)
            {
                var hash = HashOf(listen);
                if (!_older.Contains(hash) && _newer.Add(hash))
                {
                    added.Add(hash);
                }
            }

            if (_newer.Count > _capacity)
            {
                (_older, _newer) = (_newer, []);
            }
        }

        return added;
    }

    /// <summary>Forgets listens whose publication failed.</summary>
    public void Forget(IReadOnlyList<ulong> added)
    {
        lock (_lock)
        {
            _newer.ExceptWith(added);
            _older.ExceptWith(added);
        }
    }

    private static ulong HashOf(Listen listen)
    {
        var microseconds = ListenIdentity.MicrosecondsOf(listen.ListenTime);
        var user = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(listen.UserId.AsSpan()), microseconds);
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(listen.TrackId.AsSpan()), unchecked((long)user));
    }
}
