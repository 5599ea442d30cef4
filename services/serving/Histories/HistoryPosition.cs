namespace RecSys.Serving.Histories;

/// <summary>
/// A listen's place in its user's history: by time, and by track id (ordinal) where two began at the same microsecond.
/// Two listens with the same position are the same listen.
/// </summary>
internal readonly record struct HistoryPosition(long ListenedAtMicroseconds, string TrackId) : IComparable<HistoryPosition>
{
    public int CompareTo(HistoryPosition other)
    {
        var byTime = ListenedAtMicroseconds.CompareTo(other.ListenedAtMicroseconds);
        return byTime != 0 ? byTime : string.CompareOrdinal(TrackId, other.TrackId);
    }
}
