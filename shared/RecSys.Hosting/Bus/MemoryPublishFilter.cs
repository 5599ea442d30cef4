using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>Tells a publisher in this process what became of its message.</summary>
internal sealed class MemoryPublishFilter(BusQueue queue, MemoryPublishes publishes) : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        try
        {
            await next.Send(context);
            publishes.Complete(context.MessageId, queue.IsShared, failure: null);
        }
        catch (Exception exception)
        {
            var cause = exception is PoisonMessageException { InnerException: { } inner } ? inner : exception;
            if (!publishes.Complete(context.MessageId, queue.IsShared, cause) || !queue.IsShared)
            {
                throw;
            }
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("publisher");
}
