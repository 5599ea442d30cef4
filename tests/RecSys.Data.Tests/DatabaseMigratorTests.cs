using Microsoft.EntityFrameworkCore;
using Npgsql;
using RecSys.Data.Histories;
using RecSys.TestKit;

namespace RecSys.Data.Tests;

public sealed class DatabaseMigratorTests(MigratedDatabases databases)
{
    private static readonly RecentListenRow Listen = new("ann", "one", DateTimeOffset.UnixEpoch);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_services_that_start_at_once_create_the_Postgres_database_and_its_schema_once()
    {
        var server = await databases.GetServerAsync();
        var connectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "made by \"five\"" }.ConnectionString;
        await MigrateAtOnceAsync(DatabaseOptions.Postgres, connectionString);
    }

    [Fact]
    public async Task Five_processes_that_start_at_once_create_the_SQLite_file_and_its_schema_once()
    {
        using var folder = new TempFolder("migrator");
        await MigrateAtOnceAsync(DatabaseOptions.Sqlite, $"Data Source={folder.File("made/on/the/way/recsys.db")}");
    }

    [Fact]
    public async Task Migration_that_was_killed_does_not_block_the_next()
    {
        using var folder = new TempFolder("migrator");
        await using var database = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("recsys.db")}");
        await using (var context = database.Database.CreateContext())
        {
            // What EF leaves behind when the process ends in the middle.
            await context.Database.ExecuteSqlRawAsync(
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');
                """,
                Cancellation);
        }

        await database.Migrator.MigrateAsync(Cancellation);

        (await database.History.AddAsync([Listen], Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_named_without_the_password()
    {
        await using var database = new TestDatabase(
            DatabaseOptions.Postgres, $"Host=127.0.0.1;Port={FreePort.Next()};Database=recsys;Username=me;Password=geheim");

        var exception = await Should.ThrowAsync<DatabaseUnavailableException>(() => database.Migrator.MigrateAsync(Cancellation));

        database.Migrator.DescribeTarget().ShouldStartWith("Postgres at 127.0.0.1:");
        exception.Message.ShouldStartWith(database.Migrator.DescribeTarget());
        exception.Message.ShouldContain("Database:ConnectionString");
        exception.ToString().ShouldNotContain("geheim");
        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.History.AddAsync([Listen], Cancellation)))
            .Message.ShouldStartWith(database.Migrator.DescribeTarget());
    }

    [Fact]
    public async Task User_who_may_not_create_the_database_is_told_what_to_do()
    {
        var server = await databases.GetServerAsync();
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await using var command = source.CreateCommand("CREATE ROLE powerless LOGIN");
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var connectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "absent", Username = "powerless" };
        await using var database = new TestDatabase(DatabaseOptions.Postgres, connectionString.ConnectionString);

        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.Migrator.MigrateAsync(Cancellation)))
            .Message.ShouldContain("Create the database, owned by the user");
    }

    [Fact]
    public async Task Database_that_can_not_keep_every_text_is_refused()
    {
        var server = await databases.GetServerAsync();
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        {
            await using var command = source.CreateCommand("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        var connectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "latin" };
        await using var database = new TestDatabase(DatabaseOptions.Postgres, connectionString.ConnectionString);

        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.Migrator.MigrateAsync(Cancellation)))
            .Message.ShouldContain("Create it with ENCODING 'UTF8'.");
    }

    [Fact]
    public async Task Folder_that_can_not_be_made_is_named()
    {
        using var folder = new TempFolder("migrator");
        await File.WriteAllTextAsync(folder.File("file"), "", Cancellation);
        await using var database = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("file/recsys.db")}");

        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.Migrator.MigrateAsync(Cancellation)))
            .Message.ShouldStartWith($"SQLite file {folder.File("file/recsys.db")} can't be used: ");
    }

    [Fact]
    public async Task File_that_is_no_database_is_named()
    {
        using var folder = new TempFolder("migrator");
        await File.WriteAllTextAsync(folder.File("recsys.db"), new string('x', 5_000), Cancellation);
        await using var database = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("recsys.db")}");

        (await Should.ThrowAsync<DatabaseUnavailableException>(() => database.Migrator.MigrateAsync(Cancellation)))
            .Message.ShouldContain("not a database");
    }

    /// <summary>Every pooled connection is dead after a restart; nobody should see that.</summary>
    [Fact]
    public async Task Server_that_was_killed_and_started_again_is_used_as_before()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = new TestDatabase(DatabaseOptions.Postgres, await server.CreateDatabaseAsync(Cancellation));
        await database.Migrator.MigrateAsync(Cancellation);
        await database.History.AddAsync([Listen], Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.History.GetAsync("ann", 1, null, Cancellation)));

        await server.KillAsync();
        var exception = await Should.ThrowAsync<DatabaseUnavailableException>(() => database.History.AddAsync([Listen], Cancellation));
        exception.Message.ShouldContain($"Postgres at 127.0.0.1:{server.Port}/test_1 does not answer: ");
        await server.RestartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.History.GetAsync("ann", 1, null, Cancellation)));
        answers.ShouldAllBe(listens => listens.Count == 1);
        (await database.History.AddAsync([Listen with { TrackId = "two" }], Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task Server_that_was_restarted_unnoticed_is_used_as_before()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = new TestDatabase(DatabaseOptions.Postgres, await server.CreateDatabaseAsync(Cancellation));
        await database.Migrator.MigrateAsync(Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.History.GetAsync("ann", 1, null, Cancellation)));

        await server.StopAsync();
        await server.RestartAsync();

        (await database.History.AddAsync([Listen], Cancellation)).ShouldBe(1);
        await using var lease = await database.TrainerLock.TryAcquireAsync(Cancellation);
        lease.ShouldNotBeNull();
        (await database.Models.GetActiveAsync(Cancellation)).ShouldBeNull();
    }

    private static async Task MigrateAtOnceAsync(string provider, string connectionString)
    {
        var databases = Enumerable.Range(0, 5).Select(_ => new TestDatabase(provider, connectionString)).ToArray();
        try
        {
            await Task.WhenAll(databases.Select(database => Task.Run(() => database.Migrator.MigrateAsync(Cancellation))));
            await databases[0].Migrator.MigrateAsync(Cancellation);

            (await databases[1].History.AddAsync([Listen], Cancellation)).ShouldBe(1);
            await using var context = databases[2].Database.CreateContext();
            (await context.Database.GetAppliedMigrationsAsync(Cancellation)).ShouldBe(context.Database.GetMigrations());
        }
        finally
        {
            foreach (var database in databases)
            {
                await database.DisposeAsync();
            }
        }
    }
}
