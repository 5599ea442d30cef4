using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace RecSys.Contracts.Events.V1;

/// <summary>A message of events of one kind on the bus. All kinds are alike: 1 to 500 events, who sent them, when they were accepted.</summary>
/// <typeparam name="TEvent">The event.</typeparam>
public interface IEventBatch<TEvent> : IMessage
    where TEvent : class, IMessage<TEvent>, new()
{
    /// <summary>The events.</summary>
    RepeatedField<TEvent> Events { get; }

    /// <summary>The producer's name for itself.</summary>
    string Producer { get; set; }

    /// <summary>The time by which the events' times are judged; null when the producer does not say.</summary>
    Timestamp AcceptTime { get; set; }
}

/// <summary>Something that a person did or saw at a time.</summary>
public interface IUserEvent
{
    /// <summary>The producer's own id of the person.</summary>
    string UserId { get; }

    /// <summary>When; null when it is not said.</summary>
    Timestamp? EventTime { get; }
}

/// <summary>What holds for messages of events of every kind.</summary>
public static class EventBatches
{
    /// <summary>Most events of a message that is stored as it came.</summary>
    public const int MaxEvents = 500;
}

public sealed partial class Listen : IUserEvent
{
    Timestamp? IUserEvent.EventTime => ListenTime;
}

public sealed partial class Exposure : IUserEvent
{
    Timestamp? IUserEvent.EventTime => ExposureTime;
}

public sealed partial class ListenBatch : IEventBatch<Listen>
{
    RepeatedField<Listen> IEventBatch<Listen>.Events => Listens;
}

public sealed partial class ExposureBatch : IEventBatch<Exposure>
{
    RepeatedField<Exposure> IEventBatch<Exposure>.Events => Exposures;
}
