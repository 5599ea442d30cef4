using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RecSys.TestKit;

namespace RecSys.Data.Tests.Schema;

public sealed class SchemaTests(MigratedDatabases databases)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseOptions.Postgres, "Host=nowhere;Database=none")]
    [InlineData(DatabaseOptions.Sqlite, "Data Source=nowhere.db")]
    public async Task Migrations_say_what_the_model_says(string provider, string connectionString)
    {
        await using var database = new TestDatabase(provider, connectionString);
        await using var context = database.Database.CreateContext();

        context.Database.HasPendingModelChanges().ShouldBeFalse("make a migration; shared/RecSys.Data/README.md says how");
        context.Database.GetMigrations().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Both_databases_hold_the_same_tables_and_columns()
    {
        using var folder = new TempFolder("schema");
        await using var sqlite = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("recsys.db")}");
        await using var other = new TestDatabase(DatabaseOptions.Postgres, await databases.CreateAsync(DatabaseOptions.Postgres));
        await sqlite.Migrator.MigrateAsync(Cancellation);
        await other.Migrator.MigrateAsync(Cancellation);

        var inSqlite = await ReadAsync(
            new SqliteConnection(sqlite.Database.Target.ConnectionString),
            """
            SELECT m.name || '.' || c.name || CASE WHEN c."notnull" THEN '' ELSE '?' END || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END
            FROM sqlite_master m, pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\_\_EF%' ESCAPE '\'
            """);
        var inPostgres = await ReadAsync(
            new NpgsqlConnection(other.Database.Target.ConnectionString),
            """
            SELECT c.table_name || '.' || c.column_name || CASE c.is_nullable WHEN 'NO' THEN '' ELSE '?' END
                || coalesce(' key ' || k.ordinal_position, '')
            FROM information_schema.columns c
            LEFT JOIN information_schema.key_column_usage k
                ON k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name = 'pk_' || c.table_name
            WHERE c.table_schema = 'public' AND c.table_name <> '__EFMigrationsHistory'
            """);

        inPostgres.ShouldBe(inSqlite);
        inPostgres.Select(column => column.Split('.')[0]).Distinct().ShouldBe(
        [
            "active_model", "api_tokens", "deleted_users", "lake_readers", "lake_segments", "model_artifacts", "model_versions", "next_tracks", "popular_tracks", "recent_listens", "rejected_listens",
            "similar_tracks", "stored_messages", "tracks", "user_recommendations", "users",
        ]);
    }

    /// <summary>Under other names the migrations of an existing database would not be found, and be applied again.</summary>
    [Theory]
    [InlineData(DatabaseOptions.Postgres)]
    [InlineData(DatabaseOptions.Sqlite)]
    public async Task Migrations_are_remembered_where_databases_made_long_ago_have_them(string provider)
    {
        await using var database = new TestDatabase(provider, await databases.CreateAsync(provider));
        await using var context = database.Database.CreateContext();

        var remembered = await context.Database
            .SqlQueryRaw<string>("""SELECT "MigrationId" AS "Value" FROM "__EFMigrationsHistory" WHERE "ProductVersion" <> '' ORDER BY 1""")
            .ToListAsync(Cancellation);

        remembered.ShouldBe(context.Database.GetMigrations());
    }

    [Fact]
    public async Task Commits_on_SQLite_reach_the_disk_and_readers_do_not_wait()
    {
        using var folder = new TempFolder("schema");
        await using var database = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={folder.File("recsys.db")}");
        await database.Migrator.MigrateAsync(Cancellation);
        await using var context = database.Database.CreateContext();
        await context.Database.OpenConnectionAsync(Cancellation);

        (await context.Database.SqlQueryRaw<string>("SELECT journal_mode AS Value FROM pragma_journal_mode").SingleAsync(Cancellation)).ShouldBe("wal");
        (await context.Database.SqlQueryRaw<int>("SELECT synchronous AS Value FROM pragma_synchronous").SingleAsync(Cancellation)).ShouldBe(2);
        (await context.Database.SqlQueryRaw<int>("SELECT foreign_keys AS Value FROM pragma_foreign_keys").SingleAsync(Cancellation)).ShouldBe(1);
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using (connection)
        {
            await connection.OpenAsync(Cancellation);
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            var lines = new List<string>();
            while (await reader.ReadAsync(Cancellation))
            {
                lines.Add(reader.GetString(0));
            }

            lines.Sort(StringComparer.Ordinal);
            return lines;
        }
    }
}
