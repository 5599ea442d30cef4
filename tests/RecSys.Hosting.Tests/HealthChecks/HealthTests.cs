using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;
using RecSys.Hosting.Tests.Hosts;
using RecSys.Hosting.Tests.Startup;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace RecSys.Hosting.Tests.HealthChecks;

public sealed class HealthTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("")]
    [InlineData("recsys.probe.v1.ProbeService")]
    [InlineData("grpc.health.v1.Health")]
    public async Task Every_mapped_service_and_the_process_can_be_asked_for(string service)
    {
        await using var host = await ProbeHost.StartAsync();

        (await new Health.HealthClient(host.Channel()).CheckAsync(new() { Service = service })).Status.ShouldBe(ServingStatus.Serving);
    }

    [Fact]
    public async Task An_unknown_service_is_not_found()
    {
        await using var host = await ProbeHost.StartAsync();

        var error = await Should.ThrowAsync<RpcException>(
            async () => await new Health.HealthClient(host.Channel()).CheckAsync(new() { Service = "recsys.nowhere.v1.NoService" }));

        error.StatusCode.ShouldBe(StatusCode.NotFound);
        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("SERVICE_UNKNOWN");
    }

    [Fact]
    public async Task Watching_an_unknown_service_says_so_and_goes_on()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new Health.HealthClient(host.Channel()).Watch(new() { Service = "recsys.nowhere.v1.NoService" });

        (await NextAsync(call)).ShouldBe(ServingStatus.ServiceUnknown);
    }

    [Theory]
    [InlineData("")]
    [InlineData("recsys.probe.v1.ProbeService")]
    public async Task A_watcher_sees_the_host_become_ready_and_stop(string service)
    {
        await using var host = await ProbeHost.StartAsync(
            add: builder =>
            {
                builder.Services.AddSingleton<GatedTask>();
                builder.Services.AddSingleton<IStartupTask>(services => services.GetRequiredService<GatedTask>());
            },
            waitUntilReady: false);
        var client = new Health.HealthClient(host.Channel());
        using var call = client.Watch(new() { Service = service });

        (await NextAsync(call)).ShouldBe(ServingStatus.NotServing);
        (await client.CheckAsync(new() { Service = service })).Status.ShouldBe(ServingStatus.NotServing);

        host.App.Services.GetRequiredService<GatedTask>().Failure = null;
        (await NextAsync(call)).ShouldBe(ServingStatus.Serving);

        var stopped = host.App.StopAsync();
        (await NextAsync(call)).ShouldBe(ServingStatus.NotServing);
        (await call.ResponseStream.MoveNext().WaitAsync(Long)).ShouldBeFalse();
        await stopped.WaitAsync(Long);
    }

    [Fact]
    public async Task Watchers_that_leave_are_forgotten()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = new Health.HealthClient(host.Channel());
        for (var i = 0; i < 20; i++)
        {
            using var call = client.Watch(new());
            (await NextAsync(call)).ShouldBe(ServingStatus.Serving);
        }

        // Nothing holds up the shutdown.
        await host.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));
        host.App.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.IsCancellationRequested.ShouldBeTrue();
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        (await call.ResponseStream.MoveNext().WaitAsync(Long)).ShouldBeTrue();
        return call.ResponseStream.Current.Status;
    }
}
