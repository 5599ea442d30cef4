using RabbitMQ.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>What the other services hear over RabbitMQ: a server of this class alone, as it is stopped and started again.</summary>
public sealed class AnnouncementTests(PostgresFixture postgres, RabbitMqFixture rabbitMq) : IClassFixture<RabbitMqFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task An_active_version_is_announced_and_so_is_the_progress()
    {
        var virtualHost = await rabbitMq.CreateVirtualHostAsync();
        await using var listener = await BusListener.StartAsync(virtualHost);
        await using var trainer = await TrainerHost.StartAsync(await postgres.CreateDatabaseAsync(), virtualHost);
        await trainer.FillLakeAsync();

        var (first, _) = await trainer.TrainAsync(TrainerHost.Quick());
        var (second, _) = await trainer.TrainAsync(TrainerHost.Quick());
        await trainer.Client.RollbackModelAsync(new RollbackModelRequest());

        await Wait.UntilAsync(() => listener.Models.Count >= 3, Patience, "three announcements");
        listener.Models.Select(model => (model.ModelVersion, model.PreviousModelVersion)).ShouldBe(
            [(first.ModelVersion, ""), (second.ModelVersion, first.ModelVersion), (first.ModelVersion, second.ModelVersion)]);
        await Wait.UntilAsync(
            () => listener.Progress.Any(progress => progress.ModelVersion == second.ModelVersion && progress.State == TrainingState.Succeeded),
            Patience, "the end of the second training on the bus");
    }

    [Fact]
    public async Task A_version_that_became_active_without_a_broker_is_announced_when_it_is_back()
    {
        var broker = await rabbitMq.GetServerAsync();
        var virtualHost = broker.CreateVirtualHost();
        await using var trainer = await TrainerHost.StartAsync(
            await postgres.CreateDatabaseAsync(), virtualHost, ("Bus:PublishTimeout", "00:00:01"));
        await trainer.FillLakeAsync();
        await broker.StopAsync();

        var (model, _) = await trainer.TrainAsync(TrainerHost.Quick());
        model.Active.ShouldBeTrue("the switch does not depend on the broker");

        await broker.RestartAsync();
        await using var listener = await BusListener.StartAsync(virtualHost);
        await Wait.UntilAsync(() => !listener.Models.IsEmpty, Patience, "the announcement");
        listener.Models.First().ModelVersion.ShouldBe(model.ModelVersion);
    }

    /// <summary>A program that listens to the exchanges of the trainer.</summary>
    private sealed class BusListener(IConnection connection, IChannel channel) : IAsyncDisposable
    {
        public System.Collections.Concurrent.ConcurrentQueue<ModelPublished> Models { get; } = [];

        public System.Collections.Concurrent.ConcurrentQueue<TrainingProgress> Progress { get; } = [];

        public static async Task<BusListener> StartAsync(Uri broker)
        {
            var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
            var listener = new BusListener(connection, await connection.CreateChannelAsync());
            await listener.ConsumeAsync("recsys.models", body => listener.Models.Enqueue(ModelPublished.Parser.ParseFrom(body)));
            await listener.ConsumeAsync("recsys.training", body => listener.Progress.Enqueue(TrainingProgress.Parser.ParseFrom(body)));
            return listener;
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }

        private async Task ConsumeAsync(string exchange, Action<byte[]> take)
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true);
            var queue = (await channel.QueueDeclareAsync()).QueueName;
            await channel.QueueBindAsync(queue, exchange, "");
            var consumer = new RabbitMQ.Client.Events.AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                take(delivery.Body.ToArray());
                return Task.CompletedTask;
            };
            await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        }
    }
}
