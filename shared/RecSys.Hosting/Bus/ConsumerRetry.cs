using System.Data.Common;
using System.Net.Sockets;
using System.Numerics;
using Grpc.Core;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.RetryPolicies;
using RecSys.Data;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Bus;

/// <summary>
/// When a message whose consumer failed is tried again, in MassTransit's retry policies. A store that is away is waited for with
/// the message in hand: given back, the broker would count a delivery each time, and after the delivery limit the message
/// would be thrown out through no fault of its own. Any other failure is the message's own after a few attempts.
/// </summary>
internal static class ConsumerRetry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Pauses before a failure is the message's own: together long enough to outlive what was taken for permanent and wasn't,
    /// short enough not to hold the queue up.
    /// </summary>
    private static readonly TimeSpan[] PausesOfItsOwn = [FirstPause, FirstPause * 2, FirstPause * 4, FirstPause * 8];

    /// <summary>
    /// Waits for a store that is away, as long as it takes; a batch is tried again as a whole. For what can't be consumed
    /// there is nowhere else to go, so that everything is tried again.
    /// </summary>
    public static void WaitForStores(this IReceiveEndpointConfigurator endpoint, BusConsumer consumer, ILogger logger) =>
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(exception => consumer.IsOfRejected || IsTransient(exception));
            retry.Exponential(int.MaxValue, FirstPause, LongestPause, FirstPause);
            retry.ConnectRetryObserver(new RetryLog(consumer.Queue.Name, logger));
        });

    /// <summary>
    /// Finds out whose own a failure is: the messages of a batch are tried again one by one, so that one does not take the
    /// others with it.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="atOnce">True without pauses, when somebody waits for the outcome.</param>
    public static void TryAlone<TMessage>(this IReceiveEndpointConfigurator endpoint, bool atOnce)
        where TMessage : class
    {
        // UseMessageRetry would retry the batch; a retry of the message is delivered as a batch of one.
        var alone = new ConsumeContextRetryPipeSpecification<ConsumeContext<TMessage>, RetryConsumeContext<TMessage>>(
            (context, policy, retry) => new RetryConsumeContext<TMessage>(context, policy, retry));
        ((IExceptionConfigurator)alone).Ignore<Exception>(IsTransient);
        if (atOnce)
        {
            alone.Immediate(1);
        }
        else
        {
            alone.Intervals(PausesOfItsOwn);
        }

        endpoint.AddPipeSpecification(alone);
    }

    /// <summary>Does work that must succeed.</summary>
    public static Task UntilItSucceedsAsync(Func<Task> work, CancellationToken cancellationToken) =>
        Retry.Exponential(int.MaxValue, FirstPause, LongestPause, FirstPause).Retry(work, cancellationToken);

    /// <summary>Whether the exception or anything that it wraps is a failure that goes away by itself.</summary>
    public static bool IsTransient(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AggregateException several)
            {
                return several.InnerExceptions.Any(IsTransient);
            }

            var isTransient = exception switch
            {
                RecSysException failure => IsTransient(failure.Code),
                RpcException failure => IsTransient(failure.StatusCode),
                DatabaseUnavailableException or DbException => DatabaseFailure.IsPassing(exception),
                IOException or SocketException or TimeoutException or HttpRequestException => true,
                UnauthorizedAccessException or OperationCanceledException or ConsumerCanceledException => true,
                _ => false,
            };
            if (isTransient)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsTransient(StatusCode code) =>
        code is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted or StatusCode.Cancelled;

    /// <summary>Says that a consumer fails, at attempts 1, 2, 4, 8 and so on, and that it works again.</summary>
    private sealed class RetryLog(string queue, ILogger logger) : IRetryObserver
    {
        public Task PostFault<T>(RetryContext<T> context)
            where T : class, PipeContext
        {
            if (BitOperations.IsPow2(context.RetryAttempt))
            {
                HostingLog.ConsumerFailed(logger, queue, context.RetryAttempt, context.Delay?.TotalSeconds ?? 0, context.Exception);
            }

            return Task.CompletedTask;
        }

        public Task RetryComplete<T>(RetryContext<T> context)
            where T : class, PipeContext
        {
            HostingLog.ConsumedAgain(logger, queue, context.RetryAttempt + 1);
            return Task.CompletedTask;
        }

        public Task PostCreate<T>(RetryPolicyContext<T> context)
            where T : class, PipeContext => Task.CompletedTask;

        public Task PreRetry<T>(RetryContext<T> context)
            where T : class, PipeContext => Task.CompletedTask;

        public Task RetryFault<T>(RetryContext<T> context)
            where T : class, PipeContext => Task.CompletedTask;
    }
}
