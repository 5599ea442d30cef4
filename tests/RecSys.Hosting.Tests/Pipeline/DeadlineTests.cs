using System.Diagnostics;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Pipeline;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_callers_deadline_reaches_the_handler()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviours.Set("deadline", (_, context) => Task.FromResult(new ProbeResponse { Number = context.Deadline.Ticks }));
        var deadline = DateTime.UtcNow.AddSeconds(50);

        var response = await host.Client().UnaryAsync(new() { Behaviour = "deadline" }, deadline: deadline);

        new DateTime(response.Number, DateTimeKind.Utc).ShouldBe(deadline, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_passed_deadline_ends_the_handler()
    {
        await using var host = await ProbeHost.StartAsync();
        var ended = WaitUntilCancelled(host, "wait forever");

        var error = await Should.ThrowAsync<RpcException>(
            async () => await host.Client().UnaryAsync(new() { Behaviour = "wait forever" }, deadline: DateTime.UtcNow.AddSeconds(2)));

        error.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        await ended.WaitAsync(Long);
    }

    [Fact]
    public async Task A_cancelled_call_ends_the_handler()
    {
        await using var host = await ProbeHost.StartAsync();
        using var cancellation = new CancellationTokenSource();
        var entered = new TaskCompletionSource();
        var ended = WaitUntilCancelled(host, "wait forever", entered);

        var call = host.Client().UnaryAsync(new() { Behaviour = "wait forever" }, cancellationToken: cancellation.Token);
        await entered.Task.WaitAsync(Long);
        await cancellation.CancelAsync();

        (await Should.ThrowAsync<RpcException>(async () => await call)).StatusCode.ShouldBe(StatusCode.Cancelled);
        await ended.WaitAsync(Long);
    }

    [Fact]
    public async Task A_unary_call_without_a_deadline_gets_the_services_own()
    {
        await using var host = await ProbeHost.StartAsync(["Endpoints:DefaultDeadline=00:00:01"]);
        var ended = WaitUntilCancelled(host, "wait forever");
        var watch = Stopwatch.StartNew();

        var error = await Should.ThrowAsync<RpcException>(async () => await host.Client().UnaryAsync(new() { Behaviour = "wait forever" }));

        error.StatusCode.ShouldBe(StatusCode.DeadlineExceeded);
        watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(900));
        await ended.WaitAsync(Long);
    }

    [Fact]
    public async Task A_stream_without_a_deadline_has_none()
    {
        await using var host = await ProbeHost.StartAsync(["Endpoints:DefaultDeadline=00:00:01"]);
        host.Behaviours.Set("deadline", (_, context) => Task.FromResult(new ProbeResponse { Number = context.Deadline.Ticks }));
        using var call = host.Client().Chat();

        await call.RequestStream.WriteAsync(new() { Behaviour = "deadline" });

        (await call.ResponseStream.MoveNext()).ShouldBeTrue();
        call.ResponseStream.Current.Number.ShouldBe(DateTime.MaxValue.Ticks);
    }

    [Fact]
    public async Task The_deadline_is_passed_on_to_the_service_behind()
    {
        await using var back = await ProbeHost.StartAsync();
        back.Behaviours.Set("deadline", (_, context) => Task.FromResult(new ProbeResponse { Number = context.Deadline.Ticks }));
        await using var front = await FrontOfAsync(back);
        var deadline = DateTime.UtcNow.AddSeconds(50);

        var passed = await front.Client().UnaryAsync(new() { Behaviour = "forward deadline" }, deadline: deadline);

        new DateTime(passed.Number, DateTimeKind.Utc).ShouldBe(deadline, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task An_earlier_deadline_of_the_forwarding_service_counts()
    {
        await using var back = await ProbeHost.StartAsync();
        back.Behaviours.Set("deadline", (_, context) => Task.FromResult(new ProbeResponse { Number = context.Deadline.Ticks }));
        await using var front = await FrontOfAsync(back);
        var own = DateTime.UtcNow.AddSeconds(10);
        front.Behaviours.Set("sooner", async (_, _) => await Backend(front).UnaryAsync(new() { Behaviour = "deadline" }, deadline: own));

        var passed = await front.Client().UnaryAsync(new() { Behaviour = "sooner" }, deadline: DateTime.UtcNow.AddSeconds(50));

        new DateTime(passed.Number, DateTimeKind.Utc).ShouldBe(own, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_cancellation_is_passed_on_to_the_service_behind()
    {
        await using var back = await ProbeHost.StartAsync();
        await using var front = await FrontOfAsync(back);
        using var cancellation = new CancellationTokenSource();
        var entered = new TaskCompletionSource();
        var ended = WaitUntilCancelled(back, "wait forever", entered);

        var call = front.Client().UnaryAsync(new() { Behaviour = "forward wait forever" }, cancellationToken: cancellation.Token);
        await entered.Task.WaitAsync(Long);
        await cancellation.CancelAsync();

        await Should.ThrowAsync<RpcException>(async () => await call);
        await ended.WaitAsync(Long);
    }

    [Fact]
    public async Task A_cancellation_of_either_side_ends_a_call_that_has_both()
    {
        await using var back = await ProbeHost.StartAsync();
        await using var front = await FrontOfAsync(back);
        var entered = new TaskCompletionSource();
        var ended = WaitUntilCancelled(back, "wait forever", entered);
        using var own = new CancellationTokenSource();
        front.Behaviours.Set("give up", async (_, _) =>
        {
            var call = Backend(front).UnaryAsync(new() { Behaviour = "wait forever" }, cancellationToken: own.Token);
            await entered.Task.WaitAsync(Long);
            await own.CancelAsync();
            var error = await Should.ThrowAsync<RpcException>(async () => await call);
            return new ProbeResponse { Text = error.StatusCode.ToString() };
        });

        (await front.Client().UnaryAsync(new() { Behaviour = "give up" })).Text.ShouldBe("Cancelled");
        await ended.WaitAsync(Long);
    }

    [Fact]
    public async Task An_http_request_that_is_given_up_cancels_the_call_behind()
    {
        await using var back = await ProbeHost.StartAsync();
        await using var front = await FrontOfAsync(back, app => app.MapGet(
            "/forward",
            async (ProbeService.ProbeServiceClient client, CancellationToken requestAborted) =>
                (await client.UnaryAsync(new() { Behaviour = "wait forever" }, cancellationToken: requestAborted)).Text));
        var entered = new TaskCompletionSource();
        var ended = WaitUntilCancelled(back, "wait forever", entered);
        using var client = front.HttpClient();
        using var cancellation = new CancellationTokenSource();

        var get = client.GetAsync("/forward", cancellation.Token);
        await entered.Task.WaitAsync(Long);
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => get);
        await ended.WaitAsync(Long);
    }

    [Fact]
    public async Task A_failure_behind_keeps_its_reason_on_the_way_to_the_caller()
    {
        await using var back = await ProbeHost.StartAsync();
        back.Behaviours.SetFailure("no model", () => RecSysException.FailedPrecondition("NO_MODEL", "Train a model first."));
        back.Behaviours.SetFailure("break", () => new InvalidOperationException("inside"));
        await using var front = await FrontOfAsync(back);

        var refused = await Should.ThrowAsync<RpcException>(async () => await front.Client().UnaryAsync(new() { Behaviour = "forward no model" }));
        var broken = await Should.ThrowAsync<RpcException>(async () => await front.Client().UnaryAsync(new() { Behaviour = "forward break" }));

        refused.ReadError().ShouldNotBeNull().Reason.ShouldBe("NO_MODEL");
        refused.Status.Detail.ShouldBe("Train a model first.");
        broken.StatusCode.ShouldBe(StatusCode.Internal);
    }

    /// <summary>A host whose behaviours named "forward X" call X of the other host.</summary>
    private static async Task<ProbeHost> FrontOfAsync(ProbeHost back, Action<WebApplication>? map = null)
    {
        var front = await ProbeHost.StartAsync(
            [$"Services:Candidate={back.Grpc}"], builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate), map);
        foreach (var name in new[] { "deadline", "wait forever", "no model", "break" })
        {
            front.Behaviours.Set($"forward {name}", async (_, _) => await Backend(front).UnaryAsync(new() { Behaviour = name }));
        }

        return front;
    }

    private static ProbeService.ProbeServiceClient Backend(ProbeHost front) =>
        front.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>();

    /// <summary>Sets a behaviour that never answers; the result completes when its call is cancelled.</summary>
    private static Task WaitUntilCancelled(ProbeHost host, string behaviour, TaskCompletionSource? entered = null)
    {
        var ended = new TaskCompletionSource();
        host.Behaviours.Set(behaviour, async (_, context) =>
        {
            await using var registration = context.CancellationToken.Register(() => ended.TrySetResult());
            entered?.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new ProbeResponse();
        });
        return ended.Task;
    }
}
