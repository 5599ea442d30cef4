using Microsoft.Extensions.Options;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Hosting.Startup;

namespace RecSys.Ingest.Consumers;

/// <summary>Keeps <c>rejected_listens</c> within the age and number that the settings allow; any number of instances may do it at once.</summary>
internal sealed class RejectedListenRetention(
    RejectedListenStore rejected, StartupGate gate, IOptions<IngestOptions> options, TimeProvider clock, ILogger<RejectedListenRetention> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            await TrimAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            var removed = await rejected.TrimAsync(
                options.Value.RejectedListens, clock.GetUtcNow() - options.Value.RejectedListenAge, cancellationToken);
            if (removed > 0)
            {
                IngestLog.RejectedListensRemoved(logger, removed);
            }
        }
        catch (DatabaseUnavailableException)
        {
            // The next time will do; whoever needs the database now says that it is away.
        }
    }
}
