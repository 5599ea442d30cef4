namespace RecSys.Algorithms.Ranking.Features;

/// <summary>Listens of one user, ascending in time, as parallel arrays.</summary>
/// <param name="Items">Item of each listen.</param>
/// <param name="Times">Microseconds since 1970 UTC; 0 when unknown.</param>
/// <param name="Shares">Share of the track that was played, 0 to 1; NaN when unknown.</param>
/// <param name="Plays">Plays that a listen stands for, above 0.</param>
public readonly record struct UserHistory(
    ReadOnlyMemory<int> Items, ReadOnlyMemory<long> Times, ReadOnlyMemory<float> Shares, ReadOnlyMemory<float> Plays)
{
    /// <summary>Listens that features are made of; serving keeps no more of a user, so training looks at no more.</summary>
    public const int MaxListens = 500;

    /// <summary>Number of listens.</summary>
    public int Count => Items.Length;

    /// <summary>The listens before a moment, those of unknown time among them; all for the moment 0.</summary>
    public UserHistory Before(long moment)
    {
        var end = Count;
        while (moment > 0 && end > 0 && Times.Span[end - 1] >= moment)
        {
            end--;
        }

        return new UserHistory(Items[..end], Times[..end], Shares[..end], Plays[..end]);
    }

    /// <summary>The newest listens.</summary>
    public UserHistory Latest(int count)
    {
        var skip = Math.Max(0, Count - count);
        return new UserHistory(Items[skip..], Times[skip..], Shares[skip..], Plays[skip..]);
    }
}
