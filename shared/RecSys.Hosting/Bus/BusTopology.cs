using RecSys.Contracts.Events.V1;

namespace RecSys.Hosting.Bus;

/// <summary>
/// Which message goes where. All exchanges are durable fanouts; a body is the protobuf encoding of the message and nothing
/// around it, content type <see cref="ContentType"/>, so that any AMQP client is a producer or a consumer.
/// </summary>
public static class BusTopology
{
    /// <summary>The content type of every body.</summary>
    public const string ContentType = "application/x-protobuf";

    /// <summary>The shared queue that the ingest writers consume.</summary>
    public static BusQueue IngestListens { get; } = BusQueue.Shared("ingest.listens");

    internal static IReadOnlyDictionary<Type, BusRoute> Routes { get; } = new Dictionary<Type, BusRoute>
    {
        [typeof(ListenBatch)] = new("recsys.listens", [IngestListens]),
        [typeof(ModelPublished)] = new("recsys.models", []),
        [typeof(TrainingProgress)] = new("recsys.training", []),
    };

    /// <summary>The route of a message type.</summary>
    /// <exception cref="ArgumentException">The type has none.</exception>
    internal static BusRoute RouteOf(Type messageType) =>
        Routes.TryGetValue(messageType, out var route)
            ? route
            : throw new ArgumentException($"{messageType.Name} has no exchange. Give it one in {nameof(BusTopology)}.", nameof(messageType));
}
