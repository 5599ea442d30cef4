using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace RecSys.Data.Schema;

/// <summary>For dotnet-ef, which compares the model with the migrations and connects to nothing.</summary>
internal sealed class DesignTimePostgresContext : IDesignTimeDbContextFactory<PostgresDbContext>
{
    public PostgresDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql("Host=localhost;Database=recsys").Options);
}

/// <inheritdoc cref="DesignTimePostgresContext"/>
internal sealed class DesignTimeSqliteContext : IDesignTimeDbContextFactory<SqliteDbContext>
{
    public SqliteDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite("Data Source=recsys.db").Options);
}
