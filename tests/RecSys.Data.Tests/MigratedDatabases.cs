using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using RecSys.TestKit;

[assembly: AssemblyFixture(typeof(RecSys.Data.Tests.MigratedDatabases))]

namespace RecSys.Data.Tests;

/// <summary>Databases with the schema in them: migrated once, then copied for each test.</summary>
public sealed class MigratedDatabases : IAsyncDisposable
{
    private const string Template = "migrated";

    private readonly PostgresFixture _postgres = new();
    private readonly TempFolder _folder = new("data");
    private readonly Lazy<Task<PostgresServer>> _postgresTemplate;
    private readonly Lazy<Task<string>> _sqliteTemplate;
    private int _count;

    public MigratedDatabases()
    {
        _postgresTemplate = new(MigratePostgresAsync);
        _sqliteTemplate = new(MigrateSqliteAsync);
    }

    /// <summary>A server for tests that make their databases themselves.</summary>
    public Task<PostgresServer> GetServerAsync() => _postgres.GetServerAsync();

    /// <summary>The connection string of a database that only the caller uses.</summary>
    public async Task<string> CreateAsync(string provider)
    {
        var name = "copy_" + Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        if (provider == DatabaseOptions.Sqlite)
        {
            var file = _folder.File(name);
            File.Copy(await _sqliteTemplate.Value, file);
            return $"Data Source={file}";
        }

        var server = await _postgresTemplate.Value;
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE {Template}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(server, name);
    }

    public async ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    private static string ConnectionString(PostgresServer server, string database) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database }.ConnectionString;

    private async Task<PostgresServer> MigratePostgresAsync()
    {
        var server = await _postgres.GetServerAsync();

        // Not pooled: a database that somebody is connected to can't be copied.
        await using var database = new TestDatabase(DatabaseOptions.Postgres, ConnectionString(server, Template) + ";Pooling=false");
        await database.Migrator.MigrateAsync(CancellationToken.None);
        return server;
    }

    private async Task<string> MigrateSqliteAsync()
    {
        var file = _folder.File(Template);
        await using var database = new TestDatabase(DatabaseOptions.Sqlite, $"Data Source={file};Pooling=false");
        await database.Migrator.MigrateAsync(CancellationToken.None);
        return file;
    }
}
