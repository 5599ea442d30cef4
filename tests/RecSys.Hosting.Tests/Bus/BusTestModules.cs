using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RecSys.Contracts.Events.V1;
using RecSys.Hosting.Bus;

namespace RecSys.Hosting.Tests.Bus;

/// <summary>Modules and messages of the bus tests.</summary>
internal static class BusTestModules
{
    /// <summary>The writer of the shared queue.</summary>
    public static void AddWriter(this IHostApplicationBuilder builder, Inbox inbox)
    {
        builder.Services.AddSingleton(inbox);
        builder.AddBatchConsumer<BatchWriter, ListenBatch>(BusTopology.IngestListens);
    }

    /// <summary>The writer of the shared queue, and what keeps the messages that it can't consume.</summary>
    public static void AddWriterAndKeeper(this IHostApplicationBuilder builder, Inbox inbox)
    {
        builder.AddWriter(inbox);
        builder.AddRejectedConsumer<RejectedKeeper>(BusTopology.IngestListens);
    }

    /// <summary>A reader of this instance's own queue.</summary>
    public static void AddReader<TMessage>(this IHostApplicationBuilder builder, Inbox inbox, string queue)
        where TMessage : class, Google.Protobuf.IMessage<TMessage>
    {
        builder.Services.AddSingleton(inbox);
        builder.AddBusConsumer<SingleReader<TMessage>, TMessage>(BusQueue.PerInstance(queue));
    }

    /// <summary>A valid message; the producer tells it from others.</summary>
    public static ListenBatch Batch(string producer, int listenCount = 1)
    {
        var batch = new ListenBatch { Producer = producer };
        for (var i = 0; i < listenCount; i++)
        {
            batch.Listens.Add(new Listen
            {
                UserId = $"user-{i}",
                TrackId = $"track-{i}",
                ListenTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(i)),
            });
        }

        return batch;
    }
}
