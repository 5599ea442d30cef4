using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>A version of the small generated log, trained once, and what was said of it meanwhile.</summary>
public sealed class TrainedVersion : IAsyncLifetime
{
    internal TrainerHost Trainer { get; private set; } = null!;

    public Model Model { get; private set; } = null!;

    public IReadOnlyList<TrainingProgress> Progress { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Trainer = await TrainerHost.StartAsync();
        await Trainer.FillLakeAsync();
        (Model, Progress) = await Trainer.TrainAsync(TrainerHost.Quick(
            ("seed", "7"), ("lists.personal", "30"), ("similar.count", "10"), ("next.count", "10"), ("popular.count", "25")));
    }

    public ValueTask DisposeAsync() => Trainer.DisposeAsync();
}
