using RecSys.Data;
using RecSys.Hosting.Startup;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Startup;

/// <summary>Removes the versions that a killed trainer left unfinished.</summary>
internal sealed class ModelVersionsTask(DatabaseMigrator database, TrainingRunner trainings) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "model versions";

    /// <inheritdoc/>
    public string WaitsFor => database.DescribeTarget();

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => trainings.TidyUpAsync(cancellationToken);
}
