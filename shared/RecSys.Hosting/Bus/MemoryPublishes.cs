using System.Collections.Concurrent;

namespace RecSys.Hosting.Bus;

/// <summary>The messages in this process whose publishers wait until they have been consumed.</summary>
internal sealed class MemoryPublishes
{
    private readonly ConcurrentDictionary<Guid, MemoryPublish> _waiting = new();

    public MemoryPublish Begin(Guid messageId, int sharedQueues, int instanceQueues)
    {
        var publish = new MemoryPublish(sharedQueues, instanceQueues);
        _waiting[messageId] = publish;
        return publish;
    }

    public void End(Guid messageId) => _waiting.TryRemove(messageId, out _);

    /// <summary>Tells the publisher that one queue is done with its message.</summary>
    /// <returns>False when no publisher waits any more.</returns>
    public bool Complete(Guid? messageId, bool isShared, Exception? failure)
    {
        if (messageId is not { } id || !_waiting.TryGetValue(id, out var publish))
        {
            return false;
        }

        publish.Complete(isShared, failure);
        return true;
    }
}
