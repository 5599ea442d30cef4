using RecSys.Contracts.Events.V1;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class TrainingReporterTests
{
    private readonly ProgressBoard _board = new();

    [Fact]
    public void Stages_add_up_by_their_weights_and_left_out_ones_count_as_done()
    {
        var reporter = new TrainingReporter("v1", [new("read", 1), new("fit", 2), new("store", 1)], _board, TimeProvider.System);
        Latest().TotalDone.ShouldBe(0);

        reporter.Begin("read").Report(1, "all read");
        Latest().TotalDone.ShouldBe(0.25);
        Latest().Message.ShouldBe("all read");

        var store = reporter.Begin("store");
        Latest().TotalDone.ShouldBe(0.75);
        Latest().Stage.ShouldBe("store");
        store.Report(1);
        Latest().TotalDone.ShouldBe(1);
    }

    [Fact]
    public void A_failed_training_keeps_the_stage_it_failed_in()
    {
        var reporter = new TrainingReporter("v1", [new("read", 1), new("fit", 1)], _board, TimeProvider.System);
        reporter.Begin("fit");

        reporter.Fail("no luck");

        Latest().State.ShouldBe(TrainingState.Failed);
        Latest().Stage.ShouldBe("fit");
        Latest().Message.ShouldBe("no luck");
        Latest().TotalDone.ShouldBe(0.5);
    }

    [Fact]
    public void A_training_that_ended_well_is_wholly_done()
    {
        var reporter = new TrainingReporter("v1", [new("read", 1)], _board, TimeProvider.System);

        reporter.Begin("read").Report(1, "published");
        reporter.Succeed();

        Latest().State.ShouldBe(TrainingState.Succeeded);
        Latest().Message.ShouldBe("published");
        Latest().TotalDone.ShouldBe(1);
    }

    private TrainingProgress Latest() => _board.Latest("v1")!;
}
