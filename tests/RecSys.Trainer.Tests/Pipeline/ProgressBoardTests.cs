using RecSys.Contracts.Events.V1;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class ProgressBoardTests
{
    private readonly ProgressBoard _board = new();

    [Fact]
    public async Task A_watcher_gets_the_last_state_then_the_news_and_ends_with_the_end()
    {
        Post("v1", TrainingState.Running, "read");
        Post("v1", TrainingState.Running, "fit");
        await using var watch = _board.WatchAsync("v1", TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await watch.MoveNextAsync()).ShouldBeTrue();
        watch.Current.Stage.ShouldBe("fit");
        Post("v2", TrainingState.Running, "read");
        Post("v1", TrainingState.Running, "store");
        Post("v1", TrainingState.Succeeded, "publish");
        (await watch.MoveNextAsync()).ShouldBeTrue();
        watch.Current.Stage.ShouldBe("store");
        (await watch.MoveNextAsync()).ShouldBeTrue();
        watch.Current.State.ShouldBe(TrainingState.Succeeded);
        (await watch.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_watcher_that_comes_after_the_end_gets_the_end()
    {
        Post("v1", TrainingState.Failed, "fit");

        var seen = await _board.WatchAsync("v1", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        seen.Single().State.ShouldBe(TrainingState.Failed);
    }

    [Fact]
    public async Task An_unknown_version_has_no_news()
    {
        var seen = await _board.WatchAsync("v9", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_slow_watcher_skips_states_but_never_the_end()
    {
        Post("v1", TrainingState.Running, "read");
        await using var watch = _board.WatchAsync("v1", TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await watch.MoveNextAsync()).ShouldBeTrue();

        for (var i = 0; i < 1_000; i++)
        {
            Post("v1", TrainingState.Running, $"fit {i}");
        }

        Post("v1", TrainingState.Succeeded, "publish");
        var seen = 0;
        TrainingProgress? last = null;
        while (await watch.MoveNextAsync())
        {
            seen++;
            last = watch.Current;
        }

        seen.ShouldBeLessThan(1_000);
        last!.State.ShouldBe(TrainingState.Succeeded);
    }

    private void Post(string version, TrainingState state, string stage) =>
        _board.Post(new TrainingProgress { ModelVersion = version, State = state, Stage = stage });
}
