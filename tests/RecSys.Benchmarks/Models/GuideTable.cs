namespace RecSys.Benchmarks.Models;

/// <summary>Draws indices by weight: cumulative sums, with a table that says where to start looking.</summary>
internal sealed class GuideTable
{
    private readonly double[] _cumulative;
    private readonly int[] _guide;

    public GuideTable(int count, Func<int, double> weight)
    {
        _cumulative = new double[count];
        var sum = 0d;
        for (var i = 0; i < count; i++)
        {
            sum += weight(i);
            _cumulative[i] = sum;
        }

        _guide = new int[count];
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            while (_cumulative[at] < sum * i / count)
            {
                at++;
            }

            _guide[i] = at;
        }
    }

    public int Draw(Random random)
    {
        var share = random.NextDouble();
        var target = share * _cumulative[^1];
        var at = _guide[(int)(share * _guide.Length)];
        while (at < _cumulative.Length - 1 && _cumulative[at] <= target)
        {
            at++;
        }

        return at;
    }
}
