using RecSys.Data;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting;

/// <summary>Registers the database.</summary>
public static class DatabaseServices
{
    /// <summary>
    /// Adds all stores on the database of section <see cref="DatabaseOptions.SectionName"/>, whose schema is brought up to date
    /// before the process is ready. May be called by every module of a process.
    /// </summary>
    public static void AddDatabase(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSettings<DatabaseOptions>(DatabaseOptions.SectionName);
        builder.Services.AddRecSysData(builder.Configuration);
        builder.Services.AddStartupTask<SchemaTask>();
    }

    private sealed class SchemaTask(DatabaseMigrator migrator) : IStartupTask
    {
        public string Name => "database schema";

        public string WaitsFor => migrator.DescribeTarget();

        public Task RunAsync(CancellationToken cancellationToken) => migrator.MigrateAsync(cancellationToken);
    }
}
