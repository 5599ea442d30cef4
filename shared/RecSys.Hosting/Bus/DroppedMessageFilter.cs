using System.Runtime.ExceptionServices;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace RecSys.Hosting.Bus;

/// <summary>Where a message ends that can't be consumed and that nobody else has a copy of: in the log.</summary>
internal sealed class DroppedMessageFilter(BusQueue queue, ILogger logger) : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.Exception is MessageGivenBackException)
        {
            ExceptionDispatchInfo.Throw(context.Exception);
        }

        BusLog.Dropped(logger, queue.Name, context.Body.Length ?? 0, context.Exception.Message.ReplaceLineEndings(" "));
        BusLog.RejectedDetails(logger, queue.Name, context.Exception);
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("dropped");
}
