using RecSys.Data;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Database;

/// <summary>Brings the database's schema up to date before anything is read from it or stored in it.</summary>
internal sealed class DatabaseTask(DatabaseMigrator migrator) : IStartupTask
{
    /// <inheritdoc/>
    public string Name => "database schema";

    /// <inheritdoc/>
    public string WaitsFor => migrator.DescribeTarget();

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken cancellationToken) => migrator.MigrateAsync(cancellationToken);
}
