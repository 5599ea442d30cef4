using RecSys.Algorithms.Evaluation;

namespace RecSys.Algorithms.Tests.Evaluation;

public sealed class RankCounterTests
{
    [Fact]
    public void Ranks_equal_those_of_a_full_sort_with_ties_masked_items_and_items_without_a_score()
    {
        var random = new Random(11);
        for (var round = 0; round < 200; round++)
        {
            var scores = Enumerable.Range(0, 1 + random.Next(60))
                .Select(_ => random.Next(10) switch { 0 => float.NaN, 1 => float.NegativeInfinity, _ => random.Next(6) - 2f })
                .ToArray();
            var rankable = Enumerable.Range(0, scores.Length).Where(i => !float.IsNaN(scores[i])).ToArray();
            var sorted = rankable.OrderByDescending(i => scores[i]).ThenBy(i => i).ToList();
            var wanted = rankable.Where(_ => random.Next(3) == 0).ToArray();
            var ranks = new int[wanted.Length];

            RankCounter.Count(scores, wanted, ranks);

            ranks.ShouldBe(wanted.Select(item => sorted.IndexOf(item)));
            RankCounter.MiddleRanks(scores, wanted).ShouldBe(
                wanted.Select(item => sorted.Select((other, place) => (other, place)).Where(o => scores[o.other] == scores[item]).Average(o => o.place)));
        }
    }
}
