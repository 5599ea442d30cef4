using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Where a message of a shared queue ends that can't be consumed: with the queue's handler, or else in the queue of rejected
/// messages. What lies there goes to the handler as soon as there is one.
/// </summary>
internal sealed class RejectedMessageFilter(
    BusQueue queue, Type? handlerType, IServiceProvider services, ConsumerRetry retry, ILogger logger)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    private const string DeathReasonHeader = "x-first-death-reason";
    private const string ReasonHeader = "recsys-reason";

    /// <summary>A message whose consumer failed.</summary>
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.Exception is MessageGivenBackException)
        {
            ExceptionDispatchInfo.Throw(context.Exception);
        }

        var reason = OneLine(context.Exception.Message);
        BusLog.Rejected(logger, queue.Name, context.Body.Length ?? 0, reason);
        BusLog.RejectedDetails(logger, queue.Name, context.Exception);
        if (handlerType is not null)
        {
            try
            {
                await KeepAsync(context, reason, isMalformed: context.Exception is not PoisonMessageException, isLastResort: false);
                return;
            }
            catch (PoisonMessageException exception)
            {
                BusLog.NotKept(logger, queue.Name, exception.Message, exception);
            }
        }

        await MoveAsync(context, reason);
    }

    /// <summary>A message that lies in the queue of rejected messages.</summary>
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var headers = context.TransportHeaders;
        var reason = (Text(headers.Get<object>(ReasonHeader)), Text(headers.Get<object>(DeathReasonHeader))) switch
        {
            ({ Length: > 0 } ours, _) => ours,
            (_, "delivery_limit") => "It was delivered too often without an acknowledgement: its consumer may have crashed on it.",
            (_, var death) => $"The broker gave up on it ({death}).",
        };
        return KeepAsync(context, reason, isMalformed: false, isLastResort: true);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("rejected");

    private Task KeepAsync(ReceiveContext context, string reason, bool isMalformed, bool isLastResort)
    {
        var headers = context.TransportHeaders.GetAll().ToDictionary(header => header.Key, header => Text(header.Value), StringComparer.Ordinal);
        var message = new RejectedMessage(queue.Name, context.Body.GetBytes(), headers, reason, isMalformed);
        return retry.RunAsync(
            async cancellationToken =>
            {
                await using var scope = services.CreateAsyncScope();
                var handler = (IRejectedMessageHandler)scope.ServiceProvider.GetRequiredService(handlerType!);
                await handler.HandleAsync(message, cancellationToken);
            },
            context.CancellationToken,
            isLastResort: isLastResort);
    }

    /// <summary>
    /// Publishes the message as it came to the queue of rejected messages; it leaves its own queue when the broker has
    /// confirmed that.
    /// </summary>
    private Task MoveAsync(ReceiveContext context, string reason)
    {
        var properties = new BasicProperties(context.GetPayload<RabbitMqBasicConsumeContext>().Properties) { Persistent = true };
        properties.Headers = new Dictionary<string, object?>(properties.Headers ?? new Dictionary<string, object?>()) { [ReasonHeader] = reason };
        return context.GetPayload<ChannelContext>().BasicPublishAsync(
            RabbitMqEndpoints.RejectedName(queue), "", mandatory: true, properties, context.Body.GetBytes(), awaitAck: true, context.CancellationToken);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Text(object? header) => header switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => header?.ToString() ?? "",
    };
}
