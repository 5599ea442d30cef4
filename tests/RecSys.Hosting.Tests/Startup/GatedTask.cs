using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Tests.Startup;

/// <summary>A startup task that fails until the test lets it succeed.</summary>
internal sealed class GatedTask : IStartupTask
{
    private volatile string? _failure = "connection refused";

    public string Name => "database schema";

    public string WaitsFor => "Postgres at 127.0.0.1:5432";

    public int Attempts { get; private set; }

    public string? Failure
    {
        get => _failure;
        set => _failure = value;
    }

    public Task RunAsync(CancellationToken cancellationToken)
    {
        Attempts++;
        return _failure is { } failure ? throw new IOException(failure) : Task.CompletedTask;
    }
}
