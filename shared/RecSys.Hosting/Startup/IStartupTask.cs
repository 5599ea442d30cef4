namespace RecSys.Hosting.Startup;

/// <summary>
/// Work without which a service can't answer, such as bringing the database schema up to date. Tasks run in the order of
/// their registration, in the background, each until it succeeds; until all have, the process is alive but not ready.
/// </summary>
public interface IStartupTask
{
    /// <summary>What it does, for logs: <c>database schema</c>.</summary>
    string Name { get; }

    /// <summary>What it needs, with the address and without secrets: <c>Postgres at 127.0.0.1:5432</c>.</summary>
    string WaitsFor { get; }

    /// <summary>Does the work. Any exception means "not yet": it is called again after a pause.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
