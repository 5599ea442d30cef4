using Microsoft.EntityFrameworkCore;

namespace RecSys.Data.Schema;

internal sealed class SqliteDbContext(DbContextOptions<SqliteDbContext> options) : RecSysDbContext(options)
{
    protected override string RowAddress => "rowid";

    /// <summary>The transaction has begun as the only writer.</summary>
    public override Task LockModelsAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMicrosecondConverter>();
    }
}
