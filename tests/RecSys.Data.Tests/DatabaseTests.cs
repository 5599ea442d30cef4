using RecSys.TestKit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace RecSys.Data.Tests;

/// <summary>Tests that hold on both databases; each test has a database of its own with the schema in it.</summary>
public abstract class DatabaseTests(PostgresFixture postgres, string provider) : IAsyncLifetime
{
    private readonly List<TestDatabase> _databases = [];
    private TempFolder? _folder;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TestDatabase Database { get; private set; } = null!;

    protected string ConnectionString { get; private set; } = "";

    protected bool IsPostgres => provider == DatabaseOptions.Postgres;

    public async ValueTask InitializeAsync()
    {
        if (IsPostgres)
        {
            ConnectionString = await postgres.CreateDatabaseAsync(Cancellation);
        }
        else
        {
            _folder = new TempFolder("data");
            ConnectionString = $"Data Source={_folder.File("recsys.db")}";
        }

        Database = OpenAgain();
        await Database.Migrator.MigrateAsync(Cancellation);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        _folder?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The same database, as another process would open it.</summary>
    private protected TestDatabase OpenAgain(params (string Key, string Value)[] settings)
    {
        var database = new TestDatabase(provider, ConnectionString, settings);
        _databases.Add(database);
        return database;
    }
}
