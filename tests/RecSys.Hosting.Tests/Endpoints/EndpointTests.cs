using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Endpoints;

public sealed class EndpointTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:{0}")]
    public async Task A_loopback_address_can_be_called_and_is_no_cause_for_warning(string address)
    {
        await using var host = await ProbeHost.StartAsync([$"Endpoints:Grpc={Port(address)}", $"Endpoints:Http={Port(address)}"]);

        await CallAsync(host);

        host.Log.Entries.ShouldNotContain(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("TLS"));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    public async Task An_address_of_all_interfaces_is_given_as_loopback_and_warned_of_without_TLS(string address)
    {
        await using var host = await ProbeHost.StartAsync([$"Endpoints:Grpc={address}", $"Endpoints:Http={address}", $"Security:ServiceToken={Token}"]);

        await CallAsync(host);

        host.Grpc.Host.ShouldBe("127.0.0.1");
        host.Log.Entries.ShouldContain(entry => entry.Level == LogLevel.Warning && entry.Text.StartsWith($"Endpoints:Grpc is {address}: without TLS"));
        host.Log.Entries.ShouldContain(entry => entry.Level == LogLevel.Warning && entry.Text.StartsWith($"Endpoints:Http is {address}: without TLS"));
    }

    [Fact]
    public async Task The_addresses_are_logged_with_the_ports_that_were_given()
    {
        await using var host = await ProbeHost.StartAsync();

        host.Grpc.Port.ShouldNotBe(0);
        host.Http.Port.ShouldNotBe(host.Grpc.Port);
        host.Log.Entries.ShouldContain(entry => entry.Text == $"probe listens: gRPC on {host.Grpc}, HTTP on {host.Http}");
    }

    [Fact]
    public async Task Both_endpoints_speak_TLS_with_a_certificate_of_the_configuration_and_the_process_reaches_itself()
    {
        using var folder = new TempFolder();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(folder.File("tls.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(folder.File("tls.key"), key.ExportPkcs8PrivateKeyPem());
        await using var host = await ProbeHost.StartAsync(
            [
                "Endpoints:Grpc=https://127.0.0.1:0", "Endpoints:Http=https://127.0.0.1:0", "Services:Candidate=self",
                $"Kestrel:Certificates:Default:Path={folder.File("tls.crt")}", $"Kestrel:Certificates:Default:KeyPath={folder.File("tls.key")}",
            ],
            builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate));
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == certificate.Thumbprint };
        using var client = new HttpClient(handler);
        using var channel = GrpcChannel.ForAddress(host.Grpc, new GrpcChannelOptions { HttpHandler = handler });

        (await client.GetStringAsync(new Uri(host.Http, "/healthz"))).ShouldContain("alive");
        (await new ProbeService.ProbeServiceClient(channel).UnaryAsync(new() { Number = 3 })).Number.ShouldBe(3);
        (await host.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>().UnaryAsync(new() { Number = 4 })).Number.ShouldBe(4);
    }

    private static string Port(string address) => string.Format(System.Globalization.CultureInfo.InvariantCulture, address, FreePort.Next());

    private static async Task CallAsync(ProbeHost host)
    {
        (await host.Client().UnaryAsync(new() { Number = 2 }, new Metadata { { "authorization", $"Bearer {Token}" } })).Number.ShouldBe(2);
        using var client = host.HttpClient();
        (await client.GetStringAsync("/healthz")).ShouldContain("alive");
    }
}
