using System.Text.RegularExpressions;

namespace RecSys.Hosting.Bus;

/// <summary>Where a consumer's messages wait for it.</summary>
public sealed partial record BusQueue
{
    private BusQueue(string name, bool isShared)
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is not a queue name: use lower-case words joined by dots, at most 100 characters.", nameof(name));
        }

        Name = name;
        IsShared = isShared;
    }

    /// <summary>The queue's name, such as <c>ingest.listens</c>. A queue per instance adds a part of its own to it.</summary>
    public string Name { get; }

    /// <summary>True when all instances compete for the messages of one queue.</summary>
    public bool IsShared { get; }

    /// <summary>
    /// One durable quorum queue for all instances: every message is consumed by one of them, waits while there is none, and
    /// what can't be consumed goes to the queue <c>NAME.rejected</c>.
    /// </summary>
    public static BusQueue Shared(string name) => new(name, isShared: true);

    /// <summary>
    /// A queue of this instance alone: every instance gets every message, and the queue goes away with the instance, so
    /// that nothing is kept while it is down.
    /// </summary>
    public static BusQueue PerInstance(string name) => new(name, isShared: false);

    [GeneratedRegex(@"^(?=.{1,100}$)[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$")]
    private static partial Regex NamePattern();
}
