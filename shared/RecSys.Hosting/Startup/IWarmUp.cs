namespace RecSys.Hosting.Startup;

/// <summary>
/// A first use that nobody waits for, such as a made-up request that opens connections and has code compiled. Runs after all
/// startup tasks and before the process is ready; calls are answered already, so that services of one process can use each
/// other. What fails or takes long is left: it is no reason not to be ready.
/// </summary>
public interface IWarmUp
{
    /// <summary>Does it.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}
