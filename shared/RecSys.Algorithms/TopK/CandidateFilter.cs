namespace RecSys.Algorithms.TopK;

/// <summary>Which of the items that score high enough may be in a list.</summary>
internal readonly ref struct CandidateFilter(RecommendOptions options, ReadOnlySpan<int> sortedSeen)
{
    private readonly ItemSet? _allowed = options.Allowed;
    private readonly ItemSet? _denied = options.Denied;
    private readonly ReadOnlySpan<int> _seen = sortedSeen;

    public bool Passes(int item) =>
        (_allowed is null || _allowed.Contains(item))
        && (_denied is null || !_denied.Contains(item))
        && (_seen.IsEmpty || _seen.BinarySearch(item) < 0);
}
