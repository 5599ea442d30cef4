using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.Tests.TopK;

public sealed class TopKBufferTests
{
    [Theory]
    [InlineData(1, 1000)]
    [InlineData(10, 1000)]
    [InlineData(100, 1000)]
    [InlineData(1000, 1000)]
    [InlineData(7, 3)]
    [InlineData(0, 50)]
    public void The_best_come_back_in_order_with_ties_by_lower_index(int k, int count)
    {
        var random = new Random(k);
        var items = Enumerable.Range(0, count).Select(i => new ScoredItem(i, random.Next(40) - 20)).ToArray();
        var expected = items.OrderByDescending(item => item.Score).ThenBy(item => item.ItemIndex).Take(k).ToArray();

        Collect(items, k, ascending: true).ShouldBe(expected);
        random.Shuffle(items);
        Collect(items, k, ascending: false).ShouldBe(expected);
        Collect([.. items.OrderBy(item => item.Score)], k, ascending: false).ShouldBe(expected);
    }

    [Fact]
    public void Zeros_of_either_sign_tie()
    {
        var items = new[] { new ScoredItem(1, -0f), new ScoredItem(2, 0f), new ScoredItem(3, -0f) };

        Collect(items, 3, ascending: true).Select(item => item.ItemIndex).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Extreme_scores_keep_their_order()
    {
        float[] scores = [float.MinValue, -1, -float.Epsilon, 0, float.Epsilon, 1, float.MaxValue, float.PositiveInfinity];
        var items = scores.Select((score, i) => new ScoredItem(i, score)).ToArray();

        Collect(items, 8, ascending: true).Select(item => item.Score).ShouldBe(scores.Reverse());
    }

    private static ScoredItem[] Collect(ScoredItem[] items, int k, bool ascending)
    {
        var buffer = new TopKBuffer(k);
        foreach (var item in items)
        {
            if (item.Score > buffer.Threshold || (!ascending && item.Score >= buffer.Threshold))
            {
                buffer.Add(item.ItemIndex, item.Score);
            }
        }

        return buffer.ToSortedArray();
    }
}
