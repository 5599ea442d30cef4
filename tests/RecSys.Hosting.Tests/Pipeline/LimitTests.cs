using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Pipeline;

public sealed class LimitTests
{
    [Fact]
    public async Task A_message_of_50_MB_is_refused_and_says_what_the_limit_is()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.Client();
        var request = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[50_000_000]) };

        var error = await Should.ThrowAsync<RpcException>(async () => await client.UnaryAsync(request));

        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        error.Status.Detail.ShouldContain("4194304 bytes");
        error.Status.Detail.ShouldContain("Endpoints:MaxMessageBytes");
        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("MESSAGE_TOO_LARGE");
        (await client.UnaryAsync(new ProbeRequest { Number = 7 })).Number.ShouldBe(7);
    }

    [Fact]
    public async Task The_limit_can_be_set()
    {
        await using var host = await ProbeHost.StartAsync(["Endpoints:MaxMessageBytes=6000000"]);
        var request = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[5_000_000]) };

        (await host.Client().UnaryAsync(request)).Text.ShouldBe("ok");
    }

    [Fact]
    public async Task One_message_above_the_limit_ends_a_stream_with_the_same_error()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client().Collect();
        await call.RequestStream.WriteAsync(new ProbeRequest { Payload = ByteString.CopyFrom(new byte[1000]) });

        var error = await Should.ThrowAsync<RpcException>(async () =>
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Payload = ByteString.CopyFrom(new byte[5_000_000]) });
            await call.RequestStream.CompleteAsync();
            await call.ResponseAsync;
        });

        error = await Should.ThrowAsync<RpcException>(() => call.ResponseAsync);
        error.StatusCode.ShouldBe(StatusCode.ResourceExhausted);
        error.ReadError().ShouldNotBeNull().Reason.ShouldBe("MESSAGE_TOO_LARGE");
    }

    [Fact]
    public async Task Only_the_body_of_a_stream_has_no_limit()
    {
        await using var host = await ProbeHost.StartAsync(["Endpoints:MaxMessageBytes=2048"]);
        host.Behaviours.Set("limit", (_, context) => Task.FromResult(new ProbeResponse
        {
            Text = $"{context.GetHttpContext().Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize}",
        }));
        using var stream = host.Client().Chat();
        await stream.RequestStream.WriteAsync(new() { Behaviour = "limit" });
        (await stream.ResponseStream.MoveNext()).ShouldBeTrue();

        // A message and the five bytes before it.
        (await host.Client().UnaryAsync(new() { Behaviour = "limit" })).Text.ShouldBe("2053");
        stream.ResponseStream.Current.Text.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_announced_as_too_long_is_refused_with_the_limit()
    {
        await using var host = await ProbeHost.StartAsync(["Endpoints:MaxMessageBytes=2048"]);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Grpc, "/recsys.probe.v1.ProbeService/Unary"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[4096]) { Headers = { ContentType = new("application/grpc") } },
        };

        using var response = await client.SendAsync(request);

        response.Headers.GetValues("grpc-status").ShouldBe(["8"]);
        Uri.UnescapeDataString(response.Headers.GetValues("grpc-message").Single()).ShouldContain("2048 bytes");
    }

    [Fact]
    public async Task A_stream_may_be_longer_than_any_body()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client().Collect();
        var chunk = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[1 << 20]) };
        for (var i = 0; i < 40; i++)
        {
            await call.RequestStream.WriteAsync(chunk);
        }

        await call.RequestStream.CompleteAsync();

        (await call).Number.ShouldBe(40L << 20);
    }
}
