namespace RecSys.Hosting.Bus;

/// <summary>
/// Makes batches of messages that arrive one by one, without a timer: while a batch is being consumed the next one
/// collects, so that a single message never waits and the batches grow with the load.
/// </summary>
/// <param name="consume">Consumes a batch.</param>
/// <param name="retry">What happens when that fails.</param>
/// <param name="limit">The most messages in a batch.</param>
internal sealed class BatchCollector<TMessage>(
    Func<IReadOnlyList<TMessage>, CancellationToken, Task> consume, ConsumerRetry retry, int limit)
{
    private readonly Queue<Waiting> _waiting = [];
    private bool _isConsuming;

    /// <summary>Completes when the batch with this message has been consumed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancelled when it can't be acknowledged any more: it will be delivered again.</param>
    public Task ConsumeAsync(TMessage message, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(message, cancellationToken);
        lock (_waiting)
        {
            _waiting.Enqueue(waiting);
            if (!_isConsuming)
            {
                _isConsuming = true;
                _ = Task.Run(ConsumeAllAsync, CancellationToken.None);
            }
        }

        return waiting.Consumed.Task;
    }

    private async Task ConsumeAllAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                await ConsumeAsync(batch);
            }
            catch (Exception exception)
            {
                foreach (var waiting in batch)
                {
                    waiting.Consumed.TrySetException(exception);
                }
            }
        }
    }

    private List<Waiting> Take()
    {
        lock (_waiting)
        {
            var batch = new List<Waiting>(Math.Min(limit, _waiting.Count));
            while (batch.Count < limit && _waiting.TryDequeue(out var waiting))
            {
                if (waiting.CancellationToken.IsCancellationRequested)
                {
                    waiting.Consumed.TrySetException(new MessageGivenBackException());
                }
                else
                {
                    batch.Add(waiting);
                }
            }

            _isConsuming = batch.Count > 0;
            return batch;
        }
    }

    private async Task ConsumeAsync(List<Waiting> batch)
    {
        try
        {
            var messages = batch.ConvertAll(waiting => waiting.Message);
            await retry.RunAsync(token => consume(messages, token), CancellationToken.None, isDivisible: batch.Count > 1);
            batch.ForEach(waiting => waiting.Consumed.TrySetResult());
        }
        catch (PoisonMessageException) when (batch.Count > 1)
        {
            // One message must not take the others with it.
            foreach (var waiting in batch)
            {
                await ConsumeAsync([waiting]);
            }
        }
        catch (Exception exception) when (batch.Count == 1 && exception is not MessageGivenBackException)
        {
            batch[0].Consumed.TrySetException(exception);
        }
    }

    private sealed record Waiting(TMessage Message, CancellationToken CancellationToken)
    {
        public TaskCompletionSource Consumed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
