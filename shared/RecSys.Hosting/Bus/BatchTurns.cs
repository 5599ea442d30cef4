using MassTransit;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Lets the next batch collect while one is being consumed, and no longer: alone a message never waits, under load the batches
/// grow. By its time limit alone MassTransit delivers whatever came within it, so that publishers who wait for a commit stay in
/// small batches for ever (docs/decisions/0005-what-masstransit-does.md has the figures).
/// </summary>
internal sealed class BatchTurns<TMessage> : IFilter<ConsumeContext>, IFilter<ConsumeContext<Batch<TMessage>>>
    where TMessage : class
{
    /// <summary>How long a batch takes in messages: enough for all that waited for their turn.</summary>
    public static readonly TimeSpan Collecting = TimeSpan.FromMilliseconds(5);

    private volatile TaskCompletionSource? _turn;

    /// <summary>A message waits while a batch is being consumed.</summary>
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        while (_turn is { } turn)
        {
            await turn.Task.WaitAsync(context.CancellationToken);
        }

        await next.Send(context);
    }

    /// <summary>A batch is consumed; MassTransit sends one at a time.</summary>
    public async Task Send(ConsumeContext<Batch<TMessage>> context, IPipe<ConsumeContext<Batch<TMessage>>> next)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _turn = turn;
        try
        {
            await next.Send(context);
        }
        finally
        {
            _turn = null;
            turn.SetResult();
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("batchTurns");
}
