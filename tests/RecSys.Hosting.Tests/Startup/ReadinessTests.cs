using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Startup;

public sealed class ReadinessTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_waiting_host_is_alive_and_says_what_it_waits_for()
    {
        await using var host = await StartWaitingAsync();
        using var client = host.HttpClient();
        await host.Log.WaitForAsync(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("Waiting for Postgres at 127.0.0.1:5432: connection refused"));

        using var alive = await client.GetAsync("/healthz");
        using var ready = await client.GetAsync("/readyz");

        alive.StatusCode.ShouldBe(HttpStatusCode.OK);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var body = await ready.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("status").GetString().ShouldBe("starting");
        var waitingFor = body.GetProperty("waitingFor");
        waitingFor.GetArrayLength().ShouldBe(2);
        waitingFor[0].GetProperty("task").GetString().ShouldBe("database schema");
        waitingFor[0].GetProperty("waitsFor").GetString().ShouldBe("Postgres at 127.0.0.1:5432");
        waitingFor[0].GetProperty("reason").GetString().ShouldBe("connection refused");
        waitingFor[1].GetProperty("waitsFor").GetString().ShouldBe("RabbitMQ at 127.0.0.1:5672");
        waitingFor[1].GetProperty("attempts").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Calls_are_refused_until_it_is_ready_and_served_from_then_on()
    {
        await using var host = await StartWaitingAsync(app => app.MapGet("/hello", () => "hello"));
        using var http = host.HttpClient();
        var client = host.Client();

        var refused = await Should.ThrowAsync<RpcException>(async () => await client.UnaryAsync(new()));
        using var refusedHttp = await http.GetAsync("/hello");
        await SucceedAsync(host);

        refused.StatusCode.ShouldBe(StatusCode.Unavailable);
        refused.Status.Detail.ShouldContain("waits for Postgres at 127.0.0.1:5432");
        var error = refused.ReadError().ShouldNotBeNull();
        error.Reason.ShouldBe("STARTING");
        error.RetryDelay.ShouldNotBeNull();
        refusedHttp.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await refusedHttp.Content.ReadAsStringAsync()).ShouldContain("waits for Postgres at 127.0.0.1:5432");
        (await client.UnaryAsync(new() { Number = 3 })).Number.ShouldBe(3);
        (await http.GetStringAsync("/hello")).ShouldBe("hello");
        using var ready = await http.GetAsync("/readyz");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ready.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("waitingFor").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Tasks_are_tried_again_and_run_one_after_the_other()
    {
        await using var host = await StartWaitingAsync();
        await host.Log.WaitForAsync(entry => entry.Text.Contains("connection refused"));
        host.App.Services.GetRequiredService<GatedTask>().Failure = "password authentication failed";
        await host.Log.WaitForAsync(entry => entry.Text.Contains("password authentication failed"));

        await SucceedAsync(host);

        host.App.Services.GetRequiredService<GatedTask>().Attempts.ShouldBeGreaterThan(2);
        host.App.Services.GetRequiredService<LaterTask>().EarlierWasDone.ShouldBe(true);
        await host.Log.WaitForAsync(entry => entry.Level == LogLevel.Information && entry.Text.StartsWith("probe is ready after"));
    }

    [Fact]
    public async Task The_same_reason_is_not_logged_over_and_over()
    {
        await using var host = await StartWaitingAsync();
        var task = host.App.Services.GetRequiredService<GatedTask>();
        await host.Log.WaitForAsync(entry => entry.Text.Contains("connection refused"));
        task.Failure = "second reason";
        await host.Log.WaitForAsync(entry => entry.Text.Contains("second reason"));

        await SucceedAsync(host);

        host.Log.Entries.Count(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("connection refused")).ShouldBe(1);
        host.Log.Entries.Count(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("second reason")).ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_several_modules_need_runs_once()
    {
        await using var host = await ProbeHost.StartAsync(add: builder =>
        {
            builder.Services.AddStartupTask<CountingTask>();
            builder.Services.AddStartupTask<CountingTask>();
        });

        host.App.Services.GetServices<IStartupTask>().OfType<CountingTask>().ShouldHaveSingleItem().Runs.ShouldBe(1);
    }

    [Fact]
    public async Task Warm_ups_may_call_the_process_before_it_is_ready_and_one_that_fails_does_not_hold_it_up()
    {
        await using var host = await ProbeHost.StartAsync(
            add: builder =>
            {
                builder.Services.AddStartupTask<CountingTask>();
                builder.Services.AddWarmUp<FailingWarmUp>();
                builder.Services.AddSingleton<CallingWarmUp>();
                builder.Services.AddSingleton<IWarmUp>(services => services.GetRequiredService<CallingWarmUp>());
            },
            waitUntilReady: false);
        var warmUp = host.App.Services.GetRequiredService<CallingWarmUp>();
        var gate = host.App.Services.GetRequiredService<StartupGate>();

        await warmUp.Started.Task.WaitAsync(Long);
        var answer = await host.Client().UnaryAsync(new() { Number = 3 });
        var wasReady = gate.IsOpen;
        warmUp.MayEnd.SetResult();
        await gate.WaitAsync(CancellationToken.None).WaitAsync(Long);

        answer.Number.ShouldBe(3);
        wasReady.ShouldBeFalse();
    }

    [Fact]
    public async Task A_host_can_be_stopped_while_it_waits()
    {
        await using var host = await StartWaitingAsync();
        await host.Log.WaitForAsync(entry => entry.Text.Contains("connection refused"));

        await host.App.StopAsync().WaitAsync(Long);
    }

    private static async Task<ProbeHost> StartWaitingAsync(Action<WebApplication>? map = null) => await ProbeHost.StartAsync(
        add: builder =>
        {
            builder.Services.AddSingleton<GatedTask>();
            builder.Services.AddSingleton<IStartupTask>(services => services.GetRequiredService<GatedTask>());
            builder.Services.AddSingleton<LaterTask>();
            builder.Services.AddSingleton<IStartupTask>(services => services.GetRequiredService<LaterTask>());
        },
        map: map,
        waitUntilReady: false);

    private static async Task SucceedAsync(ProbeHost host)
    {
        host.App.Services.GetRequiredService<GatedTask>().Failure = null;
        await host.App.Services.GetRequiredService<StartupGate>().WaitAsync(CancellationToken.None).WaitAsync(Long);
    }

    private sealed class CountingTask : IStartupTask
    {
        public string Name => "count";

        public string WaitsFor => "nothing";

        public int Runs { get; private set; }

        public Task RunAsync(CancellationToken cancellationToken)
        {
            Runs++;
            return Task.CompletedTask;
        }
    }

    private sealed class FailingWarmUp : IWarmUp
    {
        public Task RunAsync(CancellationToken cancellationToken) => throw new IOException("nothing there");
    }

    private sealed class CallingWarmUp : IWarmUp
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task RunAsync(CancellationToken cancellationToken)
        {
            Started.SetResult();
            return MayEnd.Task.WaitAsync(cancellationToken);
        }
    }
}
