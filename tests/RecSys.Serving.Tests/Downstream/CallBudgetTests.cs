using RecSys.Serving.Downstream;

namespace RecSys.Serving.Tests.Downstream;

public sealed class CallBudgetTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_part_gets_its_share_of_what_is_left_and_no_more_than_its_own_limit()
    {
        var budget = new CallBudget(_clock.GetUtcNow() + TimeSpan.FromSeconds(1), _clock);

        budget.Share(TimeSpan.FromSeconds(10), share: 0.5).ShouldBe(TimeSpan.FromSeconds(0.5));
        budget.Share(TimeSpan.FromSeconds(0.2), share: 0.5).ShouldBe(TimeSpan.FromSeconds(0.2));
        _clock.Move(TimeSpan.FromSeconds(0.8));
        budget.Share(TimeSpan.FromSeconds(0.2), share: 0.5).ShouldBe(TimeSpan.FromSeconds(0.1));
        _clock.Move(TimeSpan.FromSeconds(5));
        budget.Remaining.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void No_deadline_at_all_leaves_each_part_its_own_limit() =>
        new CallBudget(DateTimeOffset.MaxValue, _clock).Share(TimeSpan.FromSeconds(0.2), share: 0.5).ShouldBe(TimeSpan.FromSeconds(0.2));
}
