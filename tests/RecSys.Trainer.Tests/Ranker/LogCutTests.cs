using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>The cuts that a ranker learns from.</summary>
public sealed class LogCutTests
{
    [Fact]
    public void First_come_parts_that_follow_one_another_and_then_older_and_overlapping_ones()
    {
        var ends = LogCuts.Ends(0.1, 3).ToArray();
        ends[..3].ShouldBe([1, 0.9, 0.81], 1e-9);
        ends.Distinct().Count().ShouldBe(ends.Length);
        ends.ShouldAllBe(end => end > 0 && end <= 1);
        ends.Length.ShouldBe(24);
    }
}
