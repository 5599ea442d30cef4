using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using RecSys.Data;
using RecSys.Hosting.Startup;

namespace RecSys.Serving;

/// <summary>The parts of the system that serving asks and that an answer can do without.</summary>
internal sealed class Downstream(IOptions<ServingOptions> options, StartupGate gate, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>The candidate service. It gets half of the time; the other half is for ranking, or for an answer without candidates.</summary>
    public DownstreamPart Candidate { get; } = new("candidate", options.Value.CandidateTimeout, 0.5, options.Value, gate, time, loggers);

    /// <summary>The ranker. It gets half of what is left; the rest is for names and the way back.</summary>
    public DownstreamPart Ranker { get; } = new("ranker", options.Value.RankerTimeout, 0.5, options.Value, gate, time, loggers);

    /// <summary>The database. It gets a third of what is left, so that two more reads and an answer from memory still fit.</summary>
    public DownstreamPart Database { get; } = new("database", options.Value.DatabaseTimeout, 1.0 / 3, options.Value, null, time, loggers);
}

/// <summary>
/// One of these parts. Each call to it has a time limit, and a part of whose calls too many fail is left alone for a while
/// (Polly's circuit breaker). Safe for use by many threads.
/// </summary>
internal sealed class DownstreamPart
{
    /// <summary>The cause when the part was not even asked.</summary>
    public const string LeftAlone = "failing, not asked";

    /// <summary>The cause when the part answers but has not loaded the model version that is asked for, or none at all.</summary>
    public const string NoModel = "no model loaded yet";

    private readonly string _name;
    private readonly TimeSpan _longestWait;
    private readonly double _shareOfBudget;
    private readonly StartupGate? _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _breaker;

    /// <param name="name">The part's name in degradations and logs, such as <c>candidate</c>.</param>
    /// <param name="longestWait">The longest wait for an answer.</param>
    /// <param name="shareOfBudget">Of the time that a caller has left, 0 to 1: no call waits for longer.</param>
    /// <param name="options">When the part is left alone, and for how long.</param>
    /// <param name="gate">Calls before it opens are those of a warm-up and don't count; null: all count.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Told of every failure.</param>
    public DownstreamPart(
        string name, TimeSpan longestWait, double shareOfBudget, ServingOptions options, StartupGate? gate, TimeProvider time, ILoggerFactory loggers)
    {
        (_name, _longestWait, _shareOfBudget, _gate, _time) = (name, longestWait, shareOfBudget, gate, time);
        _logger = loggers.CreateLogger<DownstreamPart>();
        _breaker = new ResiliencePipelineBuilder { Name = name, TimeProvider = time }
            .ConfigureTelemetry(loggers)
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumCalls,
                SamplingDuration = options.BreakerSamplingTime,
                BreakDuration = options.BreakerPause,
                StateProvider = _state,
                ShouldHandle = outcome => new ValueTask<bool>(CountsAsFailure(outcome.Outcome.Exception)),
            })
            .Build();
    }

    /// <summary>How long a call may wait.</summary>
    public TimeSpan LongestWait(CallBudget budget) => budget.Share(_longestWait, _shareOfBudget);

    /// <summary>The limits of a gRPC call, which the other side is told as well.</summary>
    public CallOptions Limits(CallBudget budget, CancellationToken cancellationToken) =>
        new(deadline: DateTime.UtcNow + LongestWait(budget), cancellationToken: cancellationToken);

    /// <summary>Calls the part and waits for its share of the time.</summary>
    /// <param name="call">The call. Its token fires at the time limit; a call that doesn't heed it is left behind.</param>
    /// <param name="budget">What the caller has left.</param>
    /// <param name="cancellationToken">The caller's own; when it fires, nobody waits for an answer any more.</param>
    /// <exception cref="OperationCanceledException">The caller went away.</exception>
    /// <exception cref="RpcException">NOT_FOUND: the part answered, and what it lacks is for the caller to know.</exception>
    public async Task<DownstreamAnswer<T>> TryAsync<T>(
        Func<CancellationToken, Task<T>> call, CallBudget budget, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        var timeout = LongestWait(budget);
        using var limit = new CancellationTokenSource(timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var attempt = new Attempt<T>(call, IsHurried: timeout < _longestWait, linked.Token, cancellationToken);

            // Polly isn't given the token: it throws by itself when that has fired already, and couldn't say whose time was up.
            return DownstreamAnswer<T>.Of(_gate is { IsOpen: false }
                ? await attempt.WaitAsync()
                : await _breaker.ExecuteAsync(static async (attempt, _) => await attempt.WaitAsync(), attempt, CancellationToken.None));
        }
        catch (BrokenCircuitException)
        {
            return DownstreamAnswer<T>.Missing(LeftAlone);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.FailedPrecondition)
        {
            return DownstreamAnswer<T>.Missing(NoModel);
        }
        catch (Exception exception) when (CauseOf(exception) is { } cause)
        {
            ServingLog.DownstreamFailed(_logger, _name, cause, exception is RpcException { Status.Detail: var detail } ? detail : exception.Message);
            return DownstreamAnswer<T>.Missing(cause);
        }
    }

    /// <summary>Null for what is no failure of the other side.</summary>
    private static string? CauseOf(Exception exception) => exception switch
    {
        RpcException { StatusCode: StatusCode.NotFound } => null,
        RpcException rpc => JsonNamingPolicy.SnakeCaseUpper.ConvertName(rpc.StatusCode.ToString()),
        TimeoutException => "DEADLINE_EXCEEDED",
        DatabaseUnavailableException => "UNAVAILABLE",
        _ => null,
    };

    // Slow and absent parts are left alone. A caller's mistake, a caller's haste and our own defects say nothing about a part.
    private bool CountsAsFailure(Exception? exception) => exception switch
    {
        // The one call that tries whether the part is back brought no news: wait on.
        OperationCanceledException or HurriedException => _state.CircuitState == CircuitState.HalfOpen,
        RpcException rpc => rpc.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted,
        TimeoutException or DatabaseUnavailableException => true,
        _ => false,
    };

    /// <summary>One call: waits for it, and tells the ends of waiting apart.</summary>
    private readonly record struct Attempt<T>(Func<CancellationToken, Task<T>> Call, bool IsHurried, CancellationToken Limit, CancellationToken Caller)
    {
        public async Task<T> WaitAsync()
        {
            Task<T>? task = null;
            try
            {
                task = Call(Limit);

                // A database driver may spend seconds on telling a dead server that its query is cancelled; nobody waits for that.
                return await task.WaitAsync(Limit);
            }
            catch (Exception exception) when (exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.DeadlineExceeded })
            {
                _ = task?.ContinueWith(
                    static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                Caller.ThrowIfCancellationRequested();
                throw IsHurried ? new HurriedException() : new TimeoutException("No answer in time.", exception);
            }
            catch (Exception) when (Caller.IsCancellationRequested)
            {
                throw new OperationCanceledException(Caller);
            }
        }
    }

    /// <summary>The caller had less time than the part may take.</summary>
    private sealed class HurriedException() : TimeoutException("The caller's deadline left less time than this part may take.");
}

/// <summary>What came back from a part that can be missed.</summary>
internal readonly struct DownstreamAnswer<T>
    where T : class
{
    private DownstreamAnswer(T? value, string? cause) => (Value, Cause) = (value, cause);

    public T? Value { get; }

    /// <summary>Why there is no answer, for a person: a status such as <c>UNAVAILABLE</c>. Null when there is one.</summary>
    public string? Cause { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Cause))]
    public bool IsThere => Value is not null;

    public static DownstreamAnswer<T> Of(T value) => new(value, null);

    public static DownstreamAnswer<T> Missing(string cause) => new(null, cause);
}

/// <summary>The time that a call may still take, of which each part that it waits for gets a share.</summary>
/// <param name="deadline">When the answer must be there.</param>
/// <param name="time">The clock.</param>
internal sealed class CallBudget(DateTimeOffset deadline, TimeProvider time)
{
    /// <summary>What is left; zero when the deadline has passed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = deadline - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>A share of what is left, and at most <paramref name="most"/>.</summary>
    /// <param name="most">The longest wait.</param>
    /// <param name="share">Share of what is left, 0 to 1; the rest is for what can still be done without.</param>
    public TimeSpan Share(TimeSpan most, double share)
    {
        var part = Remaining * share;
        return part < most ? part : most;
    }
}
