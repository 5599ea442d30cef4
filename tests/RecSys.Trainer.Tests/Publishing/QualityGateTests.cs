using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.Hosting.Errors;
using RecSys.Trainer.Publishing;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Steps;

namespace RecSys.Trainer.Tests.Publishing;

public sealed class QualityGateTests
{
    private static readonly TrainingSettings Defaults = TrainingSettings.Read(new Dictionary<string, string>());

    [Fact]
    public async Task A_version_that_is_worse_is_refused_unless_it_is_forced()
    {
        await using var trainer = await TrainerHost.StartAsync();
        await trainer.FillLakeAsync();
        var (good, _) = await trainer.TrainAsync(TrainerHost.Quick());

        var (same, _) = await trainer.TrainAsync(TrainerHost.Quick(("seed", "7")));
        same.Status.ShouldBe(ModelStatus.Ready, "another seed is noise");
        same.Metrics["gate/users"].ShouldBeGreaterThan(50);
        same.Metrics["gate/low"].ShouldBeLessThan(same.Metrics["gate/high"]);

        var bad = TrainerHost.Quick(("als.factors", "1"), ("als.iterations", "1"));
        var (refused, progress) = await trainer.TrainAsync(bad);
        refused.Status.ShouldBe(ModelStatus.Refused);
        refused.Active.ShouldBeFalse();
        refused.Error.ShouldStartWith($"Worse than the active version {same.ModelVersion}");
        refused.Metrics["gate/high"].ShouldBeLessThan(0);
        progress[^1].State.ShouldBe(TrainingState.Succeeded);
        progress[^1].Message.ShouldStartWith("refused, not activated");
        (await trainer.Models.ReadPopularAsync(refused.ModelVersion, null, CancellationToken.None)).ShouldNotBeEmpty("it is whole");
        (await trainer.Client.GetModelAsync(new GetModelRequest())).Model.ModelVersion.ShouldBe(same.ModelVersion);

        var error = (await Should.ThrowAsync<RpcException>(async () => await trainer.Client.ActivateModelAsync(
            new ActivateModelRequest { ModelVersion = refused.ModelVersion }))).ReadError().ShouldNotBeNull();
        (error.Code, error.Reason).ShouldBe((StatusCode.FailedPrecondition, "MODEL_REFUSED"));
        var forced = (await trainer.Client.ActivateModelAsync(
            new ActivateModelRequest { ModelVersion = refused.ModelVersion, Force = true })).Model;
        (forced.Active, forced.Status, forced.Error).ShouldBe((true, ModelStatus.Ready, refused.Error));

        await trainer.Client.ActivateModelAsync(new ActivateModelRequest { ModelVersion = good.ModelVersion });
        bad.Force = true;
        var (byForce, _) = await trainer.TrainAsync(bad);
        (byForce.Active, byForce.Status).ShouldBe((true, ModelStatus.Ready));
        byForce.Metrics["gate/high"].ShouldBeLessThan(0, "what was measured is kept");
    }

    [Fact]
    public void A_loss_of_every_user_is_refused_and_noise_is_not()
    {
        var active = Quality(200, _ => 0.30f, _ => 0.10f);

        QualityGate.Compare(Quality(200, _ => 0.25f, _ => 0.10f), active, "v1", Defaults).Refusal.ShouldNotBeNull().ShouldContain("v1");
        QualityGate.Compare(Quality(200, user => user % 2 == 0 ? 0.25f : 0.35f, _ => 0.10f), active, "v1", Defaults).Refusal.ShouldBeNull();
        QualityGate.Compare(Quality(200, _ => 0.40f, _ => 0.10f), active, "v1", Defaults).Refusal.ShouldBeNull();
    }

    [Fact]
    public void A_harder_week_is_not_the_fault_of_the_version()
    {
        var active = Quality(200, _ => 0.30f, _ => 0.20f);

        QualityGate.Compare(Quality(200, _ => 0.20f, _ => 0.10f), active, "v1", Defaults).Refusal.ShouldBeNull();
    }

    [Fact]
    public void A_small_loss_is_put_up_with()
    {
        var active = Quality(200, _ => 0.300f, _ => 0.1f);
        var lost = Quality(200, _ => 0.295f, _ => 0.1f);

        QualityGate.Compare(lost, active, "v1", Defaults).Refusal.ShouldNotBeNull("more than a hundredth of 0.3");
        QualityGate.Compare(lost, active, "v1", TrainingSettings.Read(new Dictionary<string, string> { ["gate.tolerance"] = "0.05" }))
            .Refusal.ShouldBeNull();
    }

    [Fact]
    public void Too_few_common_users_say_nothing()
    {
        var active = Quality(19, _ => 0.9f, _ => 0.1f);

        QualityGate.Compare(Quality(200, _ => 0.1f, _ => 0.1f), active, "v1", Defaults).ShouldBe(GateVerdict.NotCompared);
    }

    private static UserQuality Quality(int users, Func<int, float> personal, Func<int, float> popular) => new(
        [.. Enumerable.Range(0, users).Select(user => $"user-{user}")],
        [.. Enumerable.Range(0, users).Select(personal)],
        [.. Enumerable.Range(0, users).Select(popular)]);
}
