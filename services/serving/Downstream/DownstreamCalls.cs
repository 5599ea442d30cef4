using Grpc.Core;
using RecSys.Data;
using RecSys.Hosting.Startup;

namespace RecSys.Serving.Downstream;

/// <summary>
/// Calls to one part of the system that an answer can do without: each has its own time limit, and a part that keeps
/// failing is left alone for a while.
/// </summary>
/// <param name="name">The part's name in degradations and logs, such as <c>candidate</c>.</param>
/// <param name="breaker">Decides whether to call at all.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told of every failure.</param>
/// <param name="gate">Failures before it opens are those of a warm-up, which is no reason to leave the part alone; null: all count.</param>
internal sealed class DownstreamCalls(string name, CircuitBreaker breaker, TimeProvider time, ILogger logger, StartupGate? gate = null)
{
    /// <summary>The cause when a part was not even asked.</summary>
    public const string LeftAlone = "failing, not asked";

    /// <summary>The time limit for a gRPC call, which the other side is told as well.</summary>
    public static CallOptions Limits(TimeSpan timeout, CancellationToken cancellationToken) =>
        new(deadline: DateTime.UtcNow + timeout, cancellationToken: cancellationToken);

    /// <summary>Calls, and waits at most <paramref name="timeout"/>.</summary>
    /// <param name="call">The call. It is given the time limit as a token, and is left behind when it doesn't heed it.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">The caller's own; when it fires, nobody waits for an answer any more.</param>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    public async Task<DownstreamAnswer<T>> TryAsync<T>(
        Func<CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!breaker.TryEnter())
        {
            return DownstreamAnswer<T>.Missing(LeftAlone);
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = DownstreamAnswer<T>.Of(await WaitAsync(call(linked.Token), linked.Token));
            breaker.Succeeded();
            return answer;
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound)
        {
            // It answered; what it lacks is for the caller to know.
            breaker.Succeeded();
            throw;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            breaker.Abandoned();
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (CauseOf(exception) is { } cause)
        {
            if (gate is { IsOpen: false })
            {
                breaker.Abandoned();
            }
            else
            {
                breaker.Failed();
            }

            ServingLog.DownstreamFailed(
                logger, name, cause, exception is RpcException { Status.Detail: var detail } ? detail : exception.Message);
            return DownstreamAnswer<T>.Missing(cause);
        }
        catch
        {
            // A defect of ours: the interceptor reports it.
            breaker.Abandoned();
            throw;
        }
    }

    /// <summary>Null for what is no failure of the other side.</summary>
    private static string? CauseOf(Exception exception) => exception switch
    {
        RpcException { StatusCode: StatusCode.Cancelled } => "DEADLINE_EXCEEDED",
        RpcException rpc => NameOf(rpc.StatusCode),
        OperationCanceledException => "DEADLINE_EXCEEDED",
        DatabaseUnavailableException => "UNAVAILABLE",
        _ => null,
    };

    /// <summary>The code as in the gRPC specification.</summary>
    private static string NameOf(StatusCode code) => code switch
    {
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        _ => code.ToString().ToUpperInvariant(),
    };

    // A database driver may spend seconds on telling a dead server that its query is cancelled; nobody waits for that.
    private static async Task<T> WaitAsync<T>(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!task.IsCompleted)
        {
            _ = task.ContinueWith(
                static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }
}
