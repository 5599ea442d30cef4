using System.Collections.Concurrent;
using Google.Protobuf;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>What the consumers of one host have got, and what they do with it.</summary>
internal sealed class Inbox
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private int _catchUps;

    public ConcurrentQueue<IMessage> Messages { get; } = [];

    public ConcurrentQueue<int> BatchSizes { get; } = [];

    public ConcurrentQueue<RejectedMessage> Rejected { get; } = [];

    /// <summary>Runs before a message or a batch is taken; throws to refuse it.</summary>
    public Func<IReadOnlyList<IMessage>, Task> BeforeTaking { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a rejected message is taken; throws to refuse it.</summary>
    public Func<RejectedMessage, Task> BeforeRejecting { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often the consumer was told that it may have missed messages.</summary>
    public int CatchUps => Volatile.Read(ref _catchUps);

    public IEnumerable<string> Producers => Messages.OfType<ListenBatch>().Select(batch => batch.Producer);

    public Task WaitForAsync(int count) =>
        Wait.UntilAsync(() => Messages.Count >= count, Timeout, $"{count} messages", TestContext.Current.CancellationToken);

    public Task WaitForRejectedAsync(int count) =>
        Wait.UntilAsync(() => Rejected.Count >= count, Timeout, $"{count} rejected messages", TestContext.Current.CancellationToken);

    public Task CatchUpAsync()
    {
        Interlocked.Increment(ref _catchUps);
        return Task.CompletedTask;
    }

    public async Task TakeAsync(IReadOnlyList<IMessage> messages)
    {
        await BeforeTaking(messages);
        BatchSizes.Enqueue(messages.Count);
        foreach (var message in messages)
        {
            Messages.Enqueue(message);
        }
    }
}
