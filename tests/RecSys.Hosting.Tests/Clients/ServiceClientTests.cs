using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Clients;

public sealed class ServiceClientTests
{
    [Fact]
    public async Task An_unavailable_answer_is_tried_again()
    {
        await using var back = await ProbeHost.StartAsync();
        var calls = FailTimes(back, "flaky", 2, () => RecSysException.Unavailable("BUSY", "Busy.", TimeSpan.FromSeconds(1)));
        await using var front = await FrontAsync($"{back.Grpc}");

        (await Client(front).UnaryAsync(new() { Behaviour = "flaky" })).Text.ShouldBe("at last");

        calls().ShouldBe(3);
    }

    [Fact]
    public async Task Trying_again_has_an_end()
    {
        await using var back = await ProbeHost.StartAsync();
        var calls = FailTimes(back, "flaky", int.MaxValue, () => RecSysException.Unavailable("BUSY", "Busy.", TimeSpan.FromSeconds(1)));
        await using var front = await FrontAsync($"{back.Grpc}", "Clients:MaxAttempts=3", "Clients:RetryBackoff=00:00:00.001");

        var error = await Should.ThrowAsync<RpcException>(async () => await Client(front).UnaryAsync(new() { Behaviour = "flaky" }));

        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("BUSY");
        calls().ShouldBe(3);
    }

    [Fact]
    public async Task Other_errors_are_not_tried_again()
    {
        await using var back = await ProbeHost.StartAsync();
        var calls = FailTimes(back, "flaky", 1, () => RecSysException.Aborted("LOST", "Lost."));
        await using var front = await FrontAsync($"{back.Grpc}");

        await Should.ThrowAsync<RpcException>(async () => await Client(front).UnaryAsync(new() { Behaviour = "flaky" }));

        calls().ShouldBe(1);
    }

    [Fact]
    public async Task One_attempt_means_no_retry()
    {
        await using var back = await ProbeHost.StartAsync();
        var calls = FailTimes(back, "flaky", 1, () => RecSysException.Unavailable("BUSY", "Busy.", TimeSpan.FromSeconds(1)));
        await using var front = await FrontAsync($"{back.Grpc}", "Clients:MaxAttempts=1");

        await Should.ThrowAsync<RpcException>(async () => await Client(front).UnaryAsync(new() { Behaviour = "flaky" }));

        calls().ShouldBe(1);
    }

    [Fact]
    public async Task A_service_that_comes_up_later_is_found()
    {
        var port = FreePort.Next();
        await using var front = await FrontAsync($"http://127.0.0.1:{port}");
        var before = await Should.ThrowAsync<RpcException>(async () => await Client(front).UnaryAsync(new()));
        await using var back = await ProbeHost.StartAsync([$"Endpoints:Grpc=http://127.0.0.1:{port}"]);

        (await Client(front).UnaryAsync(new() { Number = 5 }, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(30)).WithWaitForReady()))
            .Number.ShouldBe(5);
        before.StatusCode.ShouldBe(StatusCode.Unavailable);
    }

    [Fact]
    public async Task Self_is_this_process_whatever_its_port()
    {
        await using var host = await FrontAsync("self");

        (await Client(host).UnaryAsync(new() { Number = 4 })).Number.ShouldBe(4);
    }

    [Fact]
    public async Task A_process_that_ends_while_it_calls_itself_leaves_no_exception_behind()
    {
        LogCollector log;
        await using (var host = await FrontAsync("self"))
        {
            log = host.Log;
            _ = Client(host).UnaryAsync(new());
            await host.App.StopAsync();
        }

        log.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Several_addresses_share_the_calls_and_one_may_be_dead()
    {
        await using var first = await ProbeHost.StartAsync();
        await using var second = await ProbeHost.StartAsync();
        var firstCalls = FailTimes(first, "who", 0, () => new InvalidOperationException());
        var secondCalls = FailTimes(second, "who", 0, () => new InvalidOperationException());
        await using var front = await FrontAsync($"{first.Grpc},http://127.0.0.1:{FreePort.Next()},{second.Grpc}");

        // One connection may be ready before the other: go on until both have been called.
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while ((firstCalls() == 0 || secondCalls() == 0) && DateTime.UtcNow < deadline)
        {
            (await Client(front).UnaryAsync(new() { Behaviour = "who" })).Text.ShouldBe("at last");
        }

        firstCalls().ShouldBeGreaterThan(0);
        secondCalls().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_name_is_looked_up()
    {
        await using var back = await ProbeHost.StartAsync();
        await using var front = await FrontAsync($"dns:///localhost:{back.Grpc.Port}");

        (await Client(front).UnaryAsync(new() { Number = 6 })).Number.ShouldBe(6);
    }

    [Theory]
    [InlineData("127.0.0.1:5101")]
    [InlineData("http://127.0.0.1:5101/path")]
    [InlineData("ftp://127.0.0.1:5101")]
    [InlineData("dns://candidate")]
    [InlineData("http://a:1,b:2")]
    [InlineData("http://a:1,https://b:2")]
    [InlineData("")]
    public async Task An_address_that_cannot_be_read_fails_the_start(string address)
    {
        var error = await Should.ThrowAsync<InvalidSettingsException>(() => FrontAsync(address));

        error.Message.ShouldContain("Services:Candidate");
        error.Message.ShouldContain("http://");
    }

    [Fact]
    public async Task A_misspelled_service_fails_the_start()
    {
        var error = await Should.ThrowAsync<InvalidSettingsException>(() => ProbeHost.StartAsync(["Services:Candidat=http://127.0.0.1:1"]));

        error.Message.ShouldContain("Services:Candidat isn't a setting. Did you mean Services:Candidate?");
    }

    private static Task<ProbeHost> FrontAsync(string address, params string[] settings) => ProbeHost.StartAsync(
        [$"Services:Candidate={address}", .. settings], builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate));

    private static ProbeService.ProbeServiceClient Client(ProbeHost host) => host.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>();

    /// <summary>Sets a behaviour that fails so often, then succeeds; the result counts its calls.</summary>
    private static Func<int> FailTimes(ProbeHost host, string behaviour, int times, Func<Exception> exception)
    {
        var calls = 0;
        host.Behaviours.Set(behaviour, (_, _) => Interlocked.Increment(ref calls) <= times
            ? Task.FromException<ProbeResponse>(exception())
            : Task.FromResult(new ProbeResponse { Text = "at last" }));
        return () => Volatile.Read(ref calls);
    }
}
