using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Pipeline;

public sealed class EndpointSeparationTests
{
    private const string ProbeMethod = "/recsys.probe.v1.ProbeService/Unary";

    [Fact]
    public async Task The_http_endpoint_serves_http_and_no_grpc()
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapGet("/hello", () => "hello"));
        using var client = new HttpClient();

        (await client.GetStringAsync(new Uri(host.Http, "/hello"))).ShouldBe("hello");
        using var response = await client.SendAsync(GrpcRequest(host.Http, ProbeMethod, HttpVersion.Version11));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Endpoints:Grpc");
    }

    [Theory]
    [InlineData("/hello")]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task The_grpc_endpoint_serves_no_http(string path)
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapGet("/hello", () => "hello"));
        using var client = new HttpClient();

        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(host.Grpc, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        });

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("Endpoints:Http");
    }

    [Fact]
    public async Task A_call_of_an_http_path_on_the_grpc_endpoint_is_unimplemented()
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapPost("/hello", () => "hello"));
        using var client = new HttpClient();

        using var response = await client.SendAsync(GrpcRequest(host.Grpc, "/hello", HttpVersion.Version20));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("grpc-status").ShouldBe(["12"]);
    }

    [Fact]
    public async Task The_grpc_endpoint_does_not_speak_http_1()
    {
        await using var host = await ProbeHost.StartAsync();
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri(host.Grpc, "/healthz"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Nothing_but_loopback_is_bound_by_default()
    {
        await using var host = await ProbeHost.StartAsync();

        host.Grpc.Host.ShouldBe("127.0.0.1");
        host.Http.Host.ShouldBe("127.0.0.1");
        foreach (var address in (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Where(address => !IPAddress.IsLoopback(address)))
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await Should.ThrowAsync<SocketException>(() => socket.ConnectAsync(address, host.Http.Port));
        }
    }

    private static HttpRequestMessage GrpcRequest(Uri address, string path, Version version) => new(HttpMethod.Post, new Uri(address, path))
    {
        Version = version,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
    };
}
