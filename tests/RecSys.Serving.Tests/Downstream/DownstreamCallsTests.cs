using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using RecSys.Serving.Downstream;

namespace RecSys.Serving.Tests.Downstream;

public sealed class DownstreamCallsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly DownstreamCalls _calls = new(
        "candidate", new CircuitBreaker(2, TimeSpan.FromSeconds(60), TimeProvider.System), TimeProvider.System, NullLogger.Instance);

    [Fact]
    public async Task An_answer_is_passed_on()
    {
        var answer = await _calls.TryAsync(_ => Task.FromResult("yes"), Long, CancellationToken.None);

        (answer.IsThere, answer.Value, answer.Cause).ShouldBe((true, "yes", null));
    }

    [Fact]
    public async Task A_failure_is_an_answer_that_is_missing_with_its_status()
    {
        var answer = await _calls.TryAsync(_ => Failing(StatusCode.Unavailable), Long, CancellationToken.None);

        (answer.IsThere, answer.Cause).ShouldBe((false, "UNAVAILABLE"));
    }

    [Fact]
    public async Task A_call_that_does_not_heed_its_time_limit_is_left_behind()
    {
        var never = new TaskCompletionSource<string>();

        var answer = await _calls.TryAsync(_ => never.Task, TimeSpan.FromMilliseconds(20), CancellationToken.None);

        answer.Cause.ShouldBe("DEADLINE_EXCEEDED");
    }

    [Fact]
    public async Task After_failures_in_a_row_it_is_not_even_asked()
    {
        var asked = 0;
        for (var i = 0; i < 5; i++)
        {
            await _calls.TryAsync(
                _ =>
                {
                    asked++;
                    return Failing(StatusCode.Unavailable);
                },
                Long,
                CancellationToken.None);
        }

        asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_no_failure_of_the_other_side()
    {
        for (var i = 0; i < 5; i++)
        {
            using var caller = new CancellationTokenSource();
            var call = _calls.TryAsync(
                async token =>
                {
                    await caller.CancelAsync();
                    await Task.Delay(Long, token);
                    return "";
                },
                Long,
                caller.Token);
            await Should.ThrowAsync<OperationCanceledException>(call);
        }

        (await _calls.TryAsync(_ => Task.FromResult("still asked"), Long, CancellationToken.None)).Value.ShouldBe("still asked");
    }

    [Fact]
    public async Task What_the_other_side_has_not_is_told_and_is_no_failure()
    {
        for (var i = 0; i < 5; i++)
        {
            (await Should.ThrowAsync<RpcException>(_calls.TryAsync(_ => Failing(StatusCode.NotFound), Long, CancellationToken.None)))
                .StatusCode.ShouldBe(StatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_defect_of_ours_is_not_swallowed() =>
        await Should.ThrowAsync<FormatException>(_calls.TryAsync<string>(_ => throw new FormatException(), Long, CancellationToken.None));

    private static Task<string> Failing(StatusCode code) => Task.FromException<string>(new RpcException(new Status(code, "")));
}
