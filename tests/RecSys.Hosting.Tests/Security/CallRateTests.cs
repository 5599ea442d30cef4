using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using RecSys.Data;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Security;

public sealed class CallRateTests
{
    [Fact]
    public async Task A_token_that_calls_too_often_is_told_when_to_come_back_and_the_others_go_on()
    {
        await using var host = await GuardedHost.StartAsync(["Security:CallsPerSecond=1"]);
        var busy = GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Read));
        var calm = GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Read, name: "calm"));

        var error = await Should.ThrowAsync<RpcException>(() => CallAsync(host, busy, 10));

        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        var read = error.ReadError().ShouldNotBeNull();
        read.Reason.ShouldBe("RATE_EXCEEDED");
        read.Message.ShouldContain("more than 1 calls a second");
        read.RetryDelay.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromSeconds(2));
        await CallAsync(host, calm, 2);
        await CallAsync(host, GuardedHost.Headers($"Bearer {GuardedHost.ServiceToken}"), 10);
    }

    [Fact]
    public async Task HTTP_says_the_same_as_429_with_a_delay_and_health_has_no_limit()
    {
        await using var host = await GuardedHost.StartAsync(["Security:CallsPerSecond=1"]);
        var authorization = "Bearer " + await host.TokenAsync(TokenScopes.Read);
        var statuses = new List<HttpStatusCode>();
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 10; i++)
        {
            var response = await host.GetAsync("/options", authorization);
            statuses.Add(response.StatusCode);
            refused = response.StatusCode == HttpStatusCode.TooManyRequests ? response : refused;
        }

        statuses.Distinct().ShouldBe([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], ignoreOrder: true);
        refused!.Headers.RetryAfter!.Delta.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("RATE_EXCEEDED");
        for (var i = 0; i < 10; i++)
        {
            (await new Health.HealthClient(host.Host.Channel()).CheckAsync(new())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        }
    }

    [Fact]
    public async Task Zero_is_no_limit()
    {
        await using var host = await GuardedHost.StartAsync(["Security:CallsPerSecond=0"]);

        await CallAsync(host, GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Read)), 50);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        await using var host = await ProbeHost.StartAsync(["Endpoints:MaxConnections=1"]);
        using var first = host.HttpClient();
        using var another = host.HttpClient();
        (await first.GetStringAsync("/healthz")).ShouldContain("alive");

        await Should.ThrowAsync<HttpRequestException>(() => another.GetAsync("/healthz"));
    }

    private static async Task CallAsync(GuardedHost host, Metadata headers, int times)
    {
        var client = host.Host.Client();
        for (var i = 0; i < times; i++)
        {
            await client.UnaryAsync(new(), headers);
        }
    }
}
