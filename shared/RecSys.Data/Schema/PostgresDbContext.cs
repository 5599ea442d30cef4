using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using RecSys.Data.Models;

namespace RecSys.Data.Schema;

internal sealed class PostgresDbContext(DbContextOptions<PostgresDbContext> options) : RecSysDbContext(options)
{
    protected override string RowAddress => "ctid";

    public override Task LockModelsAsync(CancellationToken cancellationToken) =>
        Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PostgresLock.ModelsKey})", cancellationToken);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMicrosecondConverter>();

        // Ids sort by their bytes, as on SQLite, whatever the server's language.
        configurationBuilder.Properties<string>().UseCollation("C");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<ModelVersionRow>().Property(m => m.Settings).HasColumnType("jsonb");
        modelBuilder.Entity<ModelVersionRow>().Property(m => m.Metrics).HasColumnType("jsonb");
    }

    /// <summary>For dotnet-ef, which compares the model with the migrations and connects to nothing.</summary>
    private sealed class DesignTimeFactory : IDesignTimeDbContextFactory<PostgresDbContext>
    {
        public PostgresDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql("Host=localhost;Database=recsys").Options);
    }
}
