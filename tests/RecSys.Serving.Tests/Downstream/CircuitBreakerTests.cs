using RecSys.Serving.Downstream;

namespace RecSys.Serving.Tests.Downstream;

public sealed class CircuitBreakerTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void It_opens_after_so_many_failures_in_a_row()
    {
        var breaker = Breaker();
        Fail(breaker, times: 2);
        breaker.TryEnter().ShouldBeTrue();
        breaker.Succeeded();
        Fail(breaker, times: 2);
        breaker.TryEnter().ShouldBeTrue();
        breaker.Failed();

        breaker.TryEnter().ShouldBeFalse();
    }

    [Fact]
    public void After_the_pause_one_caller_at_a_time_tries_and_a_success_lets_all_in()
    {
        var breaker = Breaker();
        Fail(breaker, times: 3);
        _clock.Move(TimeSpan.FromSeconds(1));

        breaker.TryEnter().ShouldBeTrue();
        breaker.TryEnter().ShouldBeFalse();
        breaker.Succeeded();

        breaker.TryEnter().ShouldBeTrue();
        breaker.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void A_failed_try_begins_another_pause()
    {
        var breaker = Breaker();
        Fail(breaker, times: 3);
        _clock.Move(TimeSpan.FromSeconds(1));
        breaker.TryEnter().ShouldBeTrue();
        breaker.Failed();

        _clock.Move(TimeSpan.FromSeconds(0.9));
        breaker.TryEnter().ShouldBeFalse();
        _clock.Move(TimeSpan.FromSeconds(0.1));
        breaker.TryEnter().ShouldBeTrue();
    }

    [Fact]
    public void A_caller_who_went_away_leaves_the_try_to_the_next()
    {
        var breaker = Breaker();
        Fail(breaker, times: 3);
        _clock.Move(TimeSpan.FromSeconds(1));
        breaker.TryEnter().ShouldBeTrue();
        breaker.Abandoned();

        breaker.TryEnter().ShouldBeTrue();
    }

    private static void Fail(CircuitBreaker breaker, int times)
    {
        for (var i = 0; i < times; i++)
        {
            breaker.TryEnter().ShouldBeTrue();
            breaker.Failed();
        }
    }

    private CircuitBreaker Breaker() => new(failuresToOpen: 3, openFor: TimeSpan.FromSeconds(1), _clock);
}
