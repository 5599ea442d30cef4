using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace RecSys.Serving.Tests;

public sealed class DownstreamTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly ManualClock _clock = new();
    private readonly DownstreamPart _part;
    private int _asked;

    public DownstreamTests() => _part = Part();

    [Fact]
    public async Task An_answer_is_passed_on()
    {
        var answer = await TryAsync(_ => Task.FromResult("yes"));

        (answer.IsThere, answer.Value, answer.Cause).ShouldBe((true, "yes", null));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "UNAVAILABLE")]
    [InlineData(StatusCode.InvalidArgument, "INVALID_ARGUMENT")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED")]
    [InlineData(StatusCode.FailedPrecondition, DownstreamPart.NoModel)]
    public async Task A_failure_is_an_answer_that_is_missing_with_its_status(StatusCode code, string cause)
    {
        var answer = await TryAsync(_ => Failing(code));

        (answer.IsThere, answer.Cause).ShouldBe((false, cause));
    }

    [Fact]
    public async Task A_call_that_does_not_heed_its_time_limit_is_left_behind()
    {
        var part = Part(longestWait: TimeSpan.FromMilliseconds(20), TimeProvider.System);
        var never = new TaskCompletionSource<string>();

        var answer = await part.TryAsync(_ => never.Task, Budget(TimeProvider.System), CancellationToken.None);

        answer.Cause.ShouldBe("DEADLINE_EXCEEDED");
    }

    [Fact]
    public async Task A_time_limit_that_is_over_before_the_call_is_a_late_answer()
    {
        var answer = await _part.TryAsync(
            _ => new TaskCompletionSource<string>().Task, new CallBudget(_clock.GetUtcNow(), _clock), CancellationToken.None);

        answer.Cause.ShouldBe("DEADLINE_EXCEEDED");
    }

    [Fact]
    public async Task When_half_of_its_calls_fail_a_part_is_not_even_asked()
    {
        for (var i = 0; i < 2; i++)
        {
            await TryAsync(_ => Task.FromResult("yes"));
            await TryAsync(_ => Failing(StatusCode.Unavailable));
        }

        var answer = await TryAsync(_ => Task.FromResult("yes"));

        (answer.Cause, _asked).ShouldBe((DownstreamPart.LeftAlone, 4));
    }

    [Fact]
    public async Task Less_than_that_is_put_up_with()
    {
        for (var i = 0; i < 20; i++)
        {
            await TryAsync(_ => i % 3 == 2 ? Failing(StatusCode.Unavailable) : Task.FromResult("yes"));
        }

        _asked.ShouldBe(20);
    }

    [Fact]
    public async Task After_the_pause_one_call_tries_and_a_success_lets_all_in()
    {
        await BreakAsync();
        _clock.Move(TimeSpan.FromSeconds(1));

        var trying = new TaskCompletionSource<string>();
        var first = TryAsync(_ => trying.Task);
        (await TryAsync(_ => Task.FromResult("yes"))).Cause.ShouldBe(DownstreamPart.LeftAlone);
        trying.SetResult("back");

        (await first).Value.ShouldBe("back");
        (await TryAsync(_ => Task.FromResult("yes"))).Value.ShouldBe("yes");
    }

    [Fact]
    public async Task A_try_that_fails_begins_another_pause()
    {
        await BreakAsync();
        _clock.Move(TimeSpan.FromSeconds(1));
        await TryAsync(_ => Failing(StatusCode.Unavailable));

        _clock.Move(TimeSpan.FromSeconds(0.9));
        (await TryAsync(_ => Task.FromResult("yes"))).Cause.ShouldBe(DownstreamPart.LeftAlone);
        _clock.Move(TimeSpan.FromSeconds(0.1));
        (await TryAsync(_ => Task.FromResult("yes"))).Value.ShouldBe("yes");
    }

    [Fact]
    public async Task A_caller_who_goes_away_during_the_try_does_not_let_the_others_in()
    {
        await BreakAsync();
        _clock.Move(TimeSpan.FromSeconds(1));
        await Should.ThrowAsync<OperationCanceledException>(LeaveAsync());

        (await TryAsync(_ => Task.FromResult("yes"))).Cause.ShouldBe(DownstreamPart.LeftAlone);
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_no_failure_of_the_other_side()
    {
        for (var i = 0; i < 10; i++)
        {
            await Should.ThrowAsync<OperationCanceledException>(LeaveAsync());
        }

        (await TryAsync(_ => Task.FromResult("still asked"))).Value.ShouldBe("still asked");
    }

    [Fact]
    public async Task A_caller_in_a_hurry_is_no_failure_of_the_other_side()
    {
        for (var i = 0; i < 10; i++)
        {
            var never = new TaskCompletionSource<string>();
            var answer = await Part(Long, TimeProvider.System).TryAsync(
                _ => never.Task, new CallBudget(DateTimeOffset.UtcNow.AddMilliseconds(5), TimeProvider.System), CancellationToken.None);
            answer.Cause.ShouldBe("DEADLINE_EXCEEDED");
        }

        (await TryAsync(_ => Task.FromResult("still asked"))).Value.ShouldBe("still asked");
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.Internal)]
    public async Task Mistakes_and_defects_are_not_taken_for_slowness(StatusCode code)
    {
        for (var i = 0; i < 10; i++)
        {
            await TryAsync(_ => Failing(code));
        }

        _asked.ShouldBe(10);
    }

    [Fact]
    public async Task What_the_other_side_has_not_is_told_and_is_no_failure()
    {
        for (var i = 0; i < 10; i++)
        {
            (await Should.ThrowAsync<RpcException>(TryAsync(_ => Failing(StatusCode.NotFound)))).StatusCode.ShouldBe(StatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_defect_of_ours_is_not_swallowed() =>
        await Should.ThrowAsync<FormatException>(TryAsync(_ => throw new FormatException()));

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

    private static Task<string> Failing(StatusCode code) => Task.FromException<string>(new RpcException(new Status(code, "")));

    private static CallBudget Budget(TimeProvider time) => new(DateTimeOffset.MaxValue, time);

    private DownstreamPart Part(TimeSpan? longestWait = null, TimeProvider? time = null) => new(
        "candidate",
        longestWait ?? Long,
        shareOfBudget: 0.5,
        new ServingOptions { BreakerMinimumCalls = 4, BreakerPause = TimeSpan.FromSeconds(1) },
        gate: null,
        time ?? _clock,
        NullLoggerFactory.Instance);

    private Task<DownstreamAnswer<string>> TryAsync(Func<CancellationToken, Task<string>> call) => _part.TryAsync(
        token =>
        {
            _asked++;
            return call(token);
        },
        Budget(_clock),
        CancellationToken.None);

    private async Task BreakAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            await TryAsync(_ => Failing(StatusCode.Unavailable));
        }

        (await TryAsync(_ => Task.FromResult("yes"))).Cause.ShouldBe(DownstreamPart.LeftAlone);
    }

    private async Task LeaveAsync()
    {
        using var caller = new CancellationTokenSource();
        await _part.TryAsync(
            async token =>
            {
                await caller.CancelAsync();
                await Task.Delay(Long, token);
                return "";
            },
            Budget(_clock),
            caller.Token);
    }
}
