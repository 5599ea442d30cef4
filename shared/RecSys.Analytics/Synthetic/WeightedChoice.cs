using RecSys.Algorithms;

namespace RecSys.Analytics.Synthetic;

/// <summary>Draws positions with given weights, by binary search in their running sums.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] _sums;

    public WeightedChoice(IEnumerable<double> weights)
    {
        _sums = [.. weights];
        for (var i = 1; i < _sums.Length; i++)
        {
            _sums[i] += _sums[i - 1];
        }
    }

    public int Draw(SplitMix random)
    {
        var at = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
        return Math.Min(at >= 0 ? at + 1 : ~at, _sums.Length - 1);
    }
}
