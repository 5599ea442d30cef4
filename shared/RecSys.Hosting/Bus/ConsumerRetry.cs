using System.Numerics;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Keeps a message until its consumer has succeeded. A store that is away is waited for with the message in hand, not
/// acknowledged and not given back: giving it back would make the broker count a delivery each time, and after the
/// delivery limit the message would be thrown out through no fault of its own.
/// </summary>
/// <param name="queue">The queue, for logs.</param>
/// <param name="failsAtOnce">
/// True when somebody waits for the outcome and can try again: then a failure is passed on instead of waited out.
/// </param>
/// <param name="gate">Nothing is consumed before the process is ready.</param>
/// <param name="lifetime">A waiting message is given back when the bus stops.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class ConsumerRetry(
    BusQueue queue, bool failsAtOnce, StartupGate gate, BusLifetime lifetime, TimeProvider time, ILogger logger)
{
    /// <summary>
    /// A failure that doesn't look like a store that is away is the message's own after this many attempts (about 4 s):
    /// enough to outlive what was taken for permanent and wasn't, short enough not to hold the queue up.
    /// </summary>
    private const int PoisonAttempts = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs work until it succeeds.</summary>
    /// <param name="work">Consumes one message or one batch.</param>
    /// <param name="cancellationToken">Cancelled when the message can't be acknowledged any more.</param>
    /// <param name="isDivisible">True to give up at the first failure of its own, because the parts can be tried one by one.</param>
    /// <param name="isLastResort">True to go on whatever the failure looks like, because nothing comes after this work.</param>
    /// <exception cref="PoisonMessageException">The failure is the message's own.</exception>
    /// <exception cref="MessageGivenBackException">The bus stops, or the message can't be acknowledged any more.</exception>
    public async Task RunAsync(
        Func<CancellationToken, Task> work, CancellationToken cancellationToken, bool isDivisible = false, bool isLastResort = false)
    {
        using var giveBack = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.Stopping);
        try
        {
            await gate.WaitAsync(giveBack.Token);
            await RunAsync(work, isDivisible, isLastResort, giveBack.Token, cancellationToken);
        }
        catch (OperationCanceledException) when (giveBack.IsCancellationRequested)
        {
            throw new MessageGivenBackException();
        }
    }

    private async Task RunAsync(
        Func<CancellationToken, Task> work, bool isDivisible, bool isLastResort, CancellationToken giveBack, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        var ownFailures = 0;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await work(cancellationToken);
                if (attempt > 1)
                {
                    BusLog.ConsumedAgain(logger, queue.Name, attempt);
                }

                return;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var isOwn = !isLastResort && !TransientFailures.IsTransient(exception);
                if (isOwn && (isDivisible || failsAtOnce || ++ownFailures == PoisonAttempts))
                {
                    throw new PoisonMessageException(exception);
                }

                if (failsAtOnce)
                {
                    throw;
                }

                if (BitOperations.IsPow2(attempt))
                {
                    BusLog.ConsumerFailed(logger, queue.Name, attempt, pause.TotalSeconds, exception);
                }
            }

            await Task.Delay(pause, time, giveBack);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
