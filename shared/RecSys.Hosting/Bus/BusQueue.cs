using System.Globalization;
using System.Text.RegularExpressions;

namespace RecSys.Hosting.Bus;

/// <summary>Where a consumer's messages wait for it.</summary>
public sealed partial record BusQueue
{
    /// <summary>What the queue of rejected messages is called after its queue.</summary>
    internal const string RejectedEnd = ".rejected";

    private BusQueue(string name, bool isShared, string instance = "")
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is not a queue name: use lower-case words joined by dots, at most 100 characters.", nameof(name));
        }

        Name = name;
        IsShared = isShared;
        FullName = name + instance;
    }

    /// <summary>The queue's name for people and logs, such as <c>ingest.listens</c>.</summary>
    public string Name { get; }

    /// <summary>True when all instances compete for the messages of one queue.</summary>
    public bool IsShared { get; }

    /// <summary>The name that the broker knows it by: that of a queue per instance ends with a part of its own.</summary>
    internal string FullName { get; }

    /// <summary>The queue of the messages of a shared queue that can't be consumed.</summary>
    internal BusQueue Rejected => Shared(Name + RejectedEnd);

    /// <summary>
    /// One durable quorum queue for all instances: every message is consumed by one of them, waits while there is none, and
    /// what can't be consumed goes to the queue <c>NAME.rejected</c>.
    /// </summary>
    public static BusQueue Shared(string name) => new(name, isShared: true);

    /// <summary>
    /// A queue of this instance alone: every instance gets every message, and the queue goes away with the instance, so
    /// that nothing is kept while it is down.
    /// </summary>
    public static BusQueue PerInstance(string name) => new(name, isShared: false, string.Create(
        CultureInfo.InvariantCulture, $".{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}-{Guid.NewGuid():N}"));

    [GeneratedRegex(@"^(?=.{1,100}$)[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$")]
    private static partial Regex NamePattern();
}
