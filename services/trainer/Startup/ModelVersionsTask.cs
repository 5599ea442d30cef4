using RecSys.Data;
using RecSys.Hosting.Startup;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Startup;

/// <summary>Brings the database's schema up to date, and removes the versions that a killed trainer left unfinished.</summary>
internal sealed class ModelVersionsTask(DatabaseMigrator migrator, TrainingRunner trainings) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "model versions";

    /// <inheritdoc/>
    public string WaitsFor => migrator.DescribeTarget();

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await migrator.MigrateAsync(cancellationToken);
        await trainings.TidyUpAsync(cancellationToken);
    }
}
