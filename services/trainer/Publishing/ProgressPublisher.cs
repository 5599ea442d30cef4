using RecSys.Hosting.Bus;
using RecSys.Hosting.Errors;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Publishing;

/// <summary>Puts the progress of trainings on the bus. News that the bus does not take are dropped: the next ones replace them.</summary>
internal sealed class ProgressPublisher(ProgressBoard board, IEventPublisher events, ILogger<ProgressPublisher> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var progress in board.WatchAllAsync(stoppingToken))
        {
            try
            {
                await events.PublishAsync(progress, stoppingToken);
            }
            catch (RecSysException exception)
            {
                TrainerLog.ProgressNotPublished(logger, progress.ModelVersion, exception.Message);
            }
        }
    }
}
