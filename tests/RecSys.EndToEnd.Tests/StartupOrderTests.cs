using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests;

/// <summary>Starting the services before the servers are up is not an error.</summary>
public sealed class StartupOrderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Services_started_before_their_servers_wait_say_for_what_and_then_work()
    {
        using var folder = new TempFolder("startup");
        await using var postgres = await PostgresServer.StartAsync();
        await using var rabbitMq = await RabbitMqServer.CreateAsync();
        var database = await postgres.CreateDatabaseAsync();
        await postgres.StopAsync();

        var services = new Dictionary<string, ServiceProcess>();
        foreach (var name in ServiceProcess.Names)
        {
            services[name] = new ServiceProcess(name, services);
        }

        try
        {
            using var http = new HttpClient();
            foreach (var service in services.Values)
            {
                service.Start(DistributedSystem.Environment(rabbitMq.Uri, database, folder.File("lake")));
            }

            foreach (var (name, service) in services)
            {
                await Wait.UntilAsync(async () => (await ReadyAsync(http, service)).Contains("RabbitMQ at"), Patience, $"{name} to say that it waits for RabbitMQ");
                await Wait.UntilAsync(() => service.Output.Contains("Waiting for RabbitMQ at"), Patience, $"{name} to log that it waits");
                using var alive = await http.GetAsync(new Uri(service.HttpAddress, "healthz"));
                alive.StatusCode.ShouldBe(HttpStatusCode.OK, $"{name} is alive while it waits");
            }

            await rabbitMq.RestartAsync();
            foreach (var (name, service) in services)
            {
                await Wait.UntilAsync(() => service.Output.Contains("Waiting for Postgres at"), Patience, $"{name} to log that it waits for Postgres");
            }

            await postgres.RestartAsync();
            foreach (var service in services.Values)
            {
                await service.WaitUntilReadyAsync(Patience);
            }

            using var channel = GrpcChannel.ForAddress(services["ingest"].GrpcAddress);
            var answer = await new IngestService.IngestServiceClient(channel).SubmitListensAsync(new SubmitListensRequest
            {
                Listens = { new Listen { UserId = "early", TrackId = "t", ListenTime = DateTimeOffset.UtcNow.ToTimestamp() } },
            });
            answer.Accepted.ShouldBe(1);
        }
        finally
        {
            await Task.WhenAll(services.Values.Select(service => service.DisposeAsync().AsTask()));
        }
    }

    /// <summary>The body of /readyz while the service is not ready.</summary>
    private static async Task<string> ReadyAsync(HttpClient http, ServiceProcess service)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(service.HttpAddress, "readyz"));
            return response.StatusCode == HttpStatusCode.ServiceUnavailable ? await response.Content.ReadAsStringAsync() : "";
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }
}
