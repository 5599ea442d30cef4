using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RecSys.TestKit;

namespace RecSys.Data.Tests;

public sealed class DatabaseFailureTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.InvalidPassword, true)]
    [InlineData(PostgresErrorCodes.ReadOnlySqlTransaction, true)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, true)]
    [InlineData(PostgresErrorCodes.DiskFull, true)]
    [InlineData(PostgresErrorCodes.AdminShutdown, true)]
    [InlineData(PostgresErrorCodes.SerializationFailure, true)]
    [InlineData(PostgresErrorCodes.UniqueViolation, false)]
    [InlineData(PostgresErrorCodes.SyntaxError, false)]
    [InlineData(PostgresErrorCodes.NotNullViolation, false)]
    public void A_failure_of_the_server_passes_and_one_of_the_statement_does_not(string sqlState, bool passes) =>
        DatabaseFailure.IsPassing(new InvalidOperationException("wrapped", new PostgresException("", "ERROR", "ERROR", sqlState))).ShouldBe(passes);

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_BUSY, true)]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, true)]
    [InlineData(SQLitePCL.raw.SQLITE_CONSTRAINT, false)]
    [InlineData(SQLitePCL.raw.SQLITE_ERROR, false)]
    public void A_failure_of_the_file_passes_and_one_of_the_statement_does_not(int code, bool passes) =>
        DatabaseFailure.IsPassing(new SqliteException("", code)).ShouldBe(passes);

    [Fact]
    public async Task A_full_file_says_what_to_do()
    {
        using var folder = new TempFolder("full");
        await using var database = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("recsys.db")}");
        await database.Migrator.MigrateAsync(TestContext.Current.CancellationToken);

        var failure = await Should.ThrowAsync<DatabaseUnavailableException>(() => database.Database.WriteAsync(
            async context =>
            {
                // Pages of 4 KiB, more than the empty tables need.
                await context.Database.ExecuteSqlRawAsync("PRAGMA max_page_count = 500");
                await context.Database.ExecuteSqlRawAsync("CREATE TABLE filler (bytes)");
                return await context.Database.ExecuteSqlRawAsync("INSERT INTO filler VALUES (randomblob(10000000))");
            },
            TestContext.Current.CancellationToken));

        failure.Message.ShouldEndWith("Make room on the disk.");
    }
}
