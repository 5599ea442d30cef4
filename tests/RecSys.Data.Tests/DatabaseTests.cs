namespace RecSys.Data.Tests;

/// <summary>Tests that hold on both databases; each test has a database of its own with the schema in it.</summary>
public abstract class DatabaseTests(MigratedDatabases databases, string provider) : IAsyncLifetime
{
    private readonly List<TestDatabase> _opened = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected string Provider => provider;

    protected string ConnectionString { get; private set; } = "";

    private protected TestDatabase Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        ConnectionString = await databases.CreateAsync(provider);
        Database = OpenAgain();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _opened)
        {
            await database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>The same database, as another process would open it.</summary>
    private protected TestDatabase OpenAgain(params (string Key, string Value)[] settings)
    {
        var database = new TestDatabase(provider, ConnectionString, settings);
        lock (_opened)
        {
            _opened.Add(database);
        }

        return database;
    }
}
