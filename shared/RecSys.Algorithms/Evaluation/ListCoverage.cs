namespace RecSys.Algorithms.Evaluation;

/// <summary>The best position at which each item was ever recommended, from which coverage follows for every cut-off.</summary>
internal sealed class ListCoverage
{
    private readonly int[] _bestPosition;

    public ListCoverage(int itemCount)
    {
        _bestPosition = new int[itemCount];
        Array.Fill(_bestPosition, int.MaxValue);
    }

    public void Add(ReadOnlySpan<int> recommended)
    {
        for (var position = 0; position < recommended.Length; position++)
        {
            ref var best = ref _bestPosition[recommended[position]];
            best = Math.Min(best, position);
        }
    }

    /// <summary>How many items were among the first k of any list.</summary>
    public int DistinctItems(int k) => _bestPosition.Count(position => position < k);
}
