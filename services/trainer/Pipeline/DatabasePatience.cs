using Microsoft.Extensions.Options;
using RecSys.Data;

namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Waits for the database where hours of work are at stake: a call that finds it away is made again until it answers or
/// <see cref="TrainerOptions.DatabasePatience"/> is over.
/// </summary>
internal sealed class DatabasePatience(IOptions<TrainerOptions> options, TimeProvider clock, ILogger<DatabasePatience> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call that may be repeated.</summary>
    /// <exception cref="DatabaseUnavailableException">The database stayed away for too long.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await call(cancellationToken);
            }
            catch (DatabaseUnavailableException exception) when (clock.GetElapsedTime(started) + pause < options.Value.DatabasePatience)
            {
                TrainerLog.DatabaseAway(logger, pause.TotalSeconds, exception.Message);
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) => RunAsync(
        async token =>
        {
            await call(token);
            return true;
        },
        cancellationToken);
}
