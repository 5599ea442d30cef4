using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

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

    /// <summary>For dotnet-ef, which compares the model with the migrations and connects to nothing.</summary>
    private sealed class DesignTimeFactory : IDesignTimeDbContextFactory<SqliteDbContext>
    {
        public SqliteDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite("Data Source=recsys.db").Options);
    }
}
