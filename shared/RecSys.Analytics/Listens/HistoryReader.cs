using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Listens;

/// <summary>
/// Reads every listen by number: like <see cref="InteractionReader"/> in two passes over the files, the first of which counts the
/// listens of each user; then users are sorted by time, and listens that are the same taken once.
/// </summary>
internal sealed class HistoryReader
{
    private readonly long[] _offsets;
    private readonly int[] _items;
    private readonly long[] _times;
    private readonly float[] _shares;
    private readonly float[] _plays;

    // Where the next listen of each user goes.
    private readonly long[] _next;

    private HistoryReader(long[] offsets)
    {
        var count = offsets[^1] <= Array.MaxLength
            ? (int)offsets[^1]
            : throw new NotSupportedException($"The lake has {offsets[^1]} listens; at most {Array.MaxLength} can be read at once. Read fewer days.");
        _offsets = offsets;
        _next = offsets[..^1];
        _items = GC.AllocateUninitializedArray<int>(count);
        _times = GC.AllocateUninitializedArray<long>(count);
        _shares = GC.AllocateUninitializedArray<float>(count);
        _plays = GC.AllocateUninitializedArray<float>(count);
    }

    /// <summary>Reads the listens of some users to some tracks.</summary>
    /// <param name="connection">The engine.</param>
    /// <param name="source">The files.</param>
    /// <param name="userIds">In ordinal order; a user index is a position in it.</param>
    /// <param name="trackIds">In ordinal order; an item index is a position in it.</param>
    /// <param name="threads">Threads that sort.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static LakeHistories Read(
        EngineConnection connection, ListenSource source, string[] userIds, string[] trackIds, int threads, CancellationToken cancellationToken)
    {
        var parts = source.Parts();
        var users = new int[parts.Count][];
        var tracks = new int[parts.Count][];
        var offsets = new long[userIds.Length + 1];
        for (var part = 0; part < parts.Count; part++)
        {
            parts[part].Count(connection, cancellationToken);
            users[part] = IdUnion.PositionsOf(parts[part].UserIds, parts[part].UserCounts, userIds);
            tracks[part] = IdUnion.PositionsOf(parts[part].TrackIds, parts[part].TrackCounts, trackIds);
            for (var i = 0; i < users[part].Length; i++)
            {
                if (users[part][i] >= 0)
                {
                    offsets[users[part][i] + 1] += parts[part].UserCounts[i];
                }
            }
        }

        for (var user = 1; user < offsets.Length; user++)
        {
            offsets[user] += offsets[user - 1];
        }

        var reader = new HistoryReader(offsets);
        for (var part = 0; part < parts.Count; part++)
        {
            var (userOf, itemOf) = (users[part], tracks[part]);
            parts[part].ReadListens(
                connection,
                (user, track, time, share, plays) =>
                {
                    // Files that are not those of the first pass may have other ids or more rows.
                    if ((uint)user >= (uint)userOf.Length || (uint)track >= (uint)itemOf.Length)
                    {
                        throw new LakeChangedException();
                    }

                    reader.Place(userOf[user], itemOf[track], time, share, plays);
                },
                cancellationToken);
        }

        return reader.Order(new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken });
    }

    private void Place(int user, int item, long time, float share, int plays)
    {
        if (user < 0 || item < 0)
        {
            return;
        }

        var at = _next[user]++;
        if (at >= _offsets[user + 1])
        {
            throw new LakeChangedException();
        }

        (_items[at], _times[at], _shares[at], _plays[at]) = (item, time, share, plays);
    }

    private LakeHistories Order(ParallelOptions parallel)
    {
        var counts = new int[_next.Length];
        const int UsersAtOnce = 256;
        Parallel.For(0, (counts.Length + UsersAtOnce - 1) / UsersAtOnce, parallel, () => Array.Empty<Listen>(), (block, _, scratch) =>
        {
            var first = block * UsersAtOnce;
            for (var user = first; user < Math.Min(counts.Length, first + UsersAtOnce); user++)
            {
                counts[user] = Order((int)_offsets[user], (int)(_next[user] - _offsets[user]), ref scratch);
            }

            return scratch;
        }, _ => { });
        return Pack(counts);
    }

    // Returns how many are left.
    private int Order(int start, int count, ref Listen[] scratch)
    {
        if (scratch.Length < count)
        {
            scratch = new Listen[Math.Max(count, 2 * scratch.Length)];
        }

        var listens = scratch.AsSpan(0, count);
        for (var i = 0; i < count; i++)
        {
            listens[i] = new Listen(_times[start + i], _items[start + i], _shares[start + i], _plays[start + i]);
        }

        listens.Sort(static (x, y) => x.Time != y.Time ? x.Time.CompareTo(y.Time) : x.Item.CompareTo(y.Item));
        var at = start - 1;
        for (var i = 0; i < count; i++)
        {
            var listen = listens[i];
            if (i > 0 && listen.Time == listens[i - 1].Time && listen.Item == listens[i - 1].Item)
            {
                // The same listen again: the larger share and number of plays count, and a number before none.
                _shares[at] = float.MaxNumber(_shares[at], listen.Share);
                _plays[at] = Math.Max(_plays[at], listen.Plays);
                continue;
            }

            at++;
            (_items[at], _times[at], _shares[at], _plays[at]) = (listen.Item, listen.Time, listen.Share, listen.Plays);
        }

        return at + 1 - start;
    }

    // Closes the gaps that listens left which were there twice, or are not asked for.
    private LakeHistories Pack(int[] counts)
    {
        var offsets = new long[_offsets.Length];
        for (var user = 0; user < counts.Length; user++)
        {
            offsets[user + 1] = offsets[user] + counts[user];
        }

        return new LakeHistories(offsets, Packed(_items), Packed(_times), Packed(_shares), Packed(_plays));

        T[] Packed<T>(T[] values)
        {
            if (offsets[^1] == values.Length)
            {
                return values;
            }

            var packed = GC.AllocateUninitializedArray<T>((int)offsets[^1]);
            for (var user = 0; user < counts.Length; user++)
            {
                values.AsSpan((int)_offsets[user], counts[user]).CopyTo(packed.AsSpan((int)offsets[user]));
            }

            return packed;
        }
    }

    private readonly record struct Listen(long Time, int Item, float Share, float Plays);
}

/// <summary>
/// Every distinct listen of given users to given tracks as parallel arrays, user by user and ascending in time (then by track) within
/// one. 24 bytes a listen.
/// </summary>
/// <param name="Offsets">Where the listens of each user begin, and the end: user count + 1 values.</param>
/// <param name="ItemIndex">The track of each listen.</param>
/// <param name="Times">Microseconds since 1970-01-01 UTC; 0 when unknown.</param>
/// <param name="Shares">Share of the track that was played, 0 to 1; NaN when unknown.</param>
/// <param name="Plays">Plays that a listen stands for.</param>
public sealed record LakeHistories(long[] Offsets, int[] ItemIndex, long[] Times, float[] Shares, float[] Plays);
