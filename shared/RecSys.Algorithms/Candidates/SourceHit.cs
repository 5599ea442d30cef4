namespace RecSys.Algorithms.Candidates;

/// <summary>An item that a source retrieved.</summary>
/// <param name="ItemIndex">The item.</param>
/// <param name="Score">The source's own score, larger is better.</param>
/// <param name="BecauseItemIndex">The heard item that brought it; <see cref="NoItem"/> where the source has none to name.</param>
public readonly record struct SourceHit(int ItemIndex, double Score, int BecauseItemIndex = SourceHit.NoItem)
{
    /// <summary>Stands for no item.</summary>
    public const int NoItem = -1;
}
