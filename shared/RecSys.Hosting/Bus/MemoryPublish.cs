namespace RecSys.Hosting.Bus;

/// <summary>One message on its way through this process.</summary>
internal sealed class MemoryPublish
{
    private readonly TaskCompletionSource _shared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _instance = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sharedLeft;
    private int _instanceLeft;

    public MemoryPublish(int sharedQueues, int instanceQueues)
    {
        _sharedLeft = sharedQueues;
        _instanceLeft = instanceQueues;
        if (sharedQueues == 0)
        {
            _shared.SetResult();
        }

        if (instanceQueues == 0)
        {
            _instance.SetResult();
        }
    }

    /// <summary>Completes when all consumers of shared queues have, and fails when one of them does.</summary>
    public Task SharedConsumed => _shared.Task;

    /// <summary>Completes when the consumers of this instance's own queues are done with it, whatever the outcome.</summary>
    public Task InstanceConsumed => _instance.Task;

    public void Complete(bool isShared, Exception? failure)
    {
        if (!isShared)
        {
            if (Interlocked.Decrement(ref _instanceLeft) == 0)
            {
                _instance.TrySetResult();
            }
        }
        else if (failure is not null)
        {
            _shared.TrySetException(failure);
        }
        else if (Interlocked.Decrement(ref _sharedLeft) == 0)
        {
            _shared.TrySetResult();
        }
    }
}
