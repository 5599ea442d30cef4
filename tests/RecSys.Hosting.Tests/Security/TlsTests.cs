using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Security;

public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _stranger = new();

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData("https://127.0.0.1:{0}")]
    [InlineData("https://localhost:{0}")]
    [InlineData("dns+https:///localhost:{0}")]
    public async Task Services_call_each_other_over_TLS_with_an_authority_of_ones_own_and_a_token(string address)
    {
        await using var back = await GuardedHost.StartAsync(Secure());
        await using var front = await FrontAsync(
            back.Host, address, $"Clients:AuthorityFile={_authority.AuthorityFile}", $"Security:ServiceToken={GuardedHost.ServiceToken}");

        (await Client(front).UnaryAsync(new() { Number = 4 })).Number.ShouldBe(4);
    }

    [Fact]
    public async Task A_server_that_nobody_trusted_has_signed_is_not_called()
    {
        await using var back = await ProbeHost.StartAsync(Secure());
        await using var unknown = await FrontAsync(back, "https://127.0.0.1:{0}", "Clients:MaxAttempts=1");
        await using var other = await FrontAsync(back, "https://127.0.0.1:{0}", "Clients:MaxAttempts=1", $"Clients:AuthorityFile={_stranger.AuthorityFile}");

        foreach (var refusing in new[] { unknown, other })
        {
            var error = await Should.ThrowAsync<RpcException>(async () => await Client(refusing).UnaryAsync(new()));
            error.Status.DebugException.ShouldNotBeNull().GetBaseException().ShouldBeOfType<AuthenticationException>();
        }
    }

    [Fact]
    public async Task Without_a_client_certificate_that_the_authority_signed_there_is_no_connection()
    {
        await using var back = await ProbeHost.StartAsync([.. Secure(), $"Endpoints:ClientAuthorityFile={_authority.AuthorityFile}"]);
        string[] trust = ["Clients:MaxAttempts=1", $"Clients:AuthorityFile={_authority.AuthorityFile}"];
        await using var right = await FrontAsync(back, "https://127.0.0.1:{0}", [.. trust, .. Shown(_authority.IssueClient())]);
        await using var none = await FrontAsync(back, "https://127.0.0.1:{0}", trust);
        await using var strangers = await FrontAsync(back, "https://127.0.0.1:{0}", [.. trust, .. Shown(_stranger.IssueClient())]);
        await using var servers = await FrontAsync(back, "https://127.0.0.1:{0}", [.. trust, .. Shown(_authority.IssueServer())]);

        (await Client(right).UnaryAsync(new() { Number = 4 })).Number.ShouldBe(4);
        foreach (var refused in new[] { none, strangers, servers })
        {
            (await Should.ThrowAsync<RpcException>(async () => await Client(refused).UnaryAsync(new()))).StatusCode.ShouldBe(StatusCode.Unavailable);
        }
    }

    [Fact]
    public async Task The_HTTP_endpoint_asks_for_the_same_client_certificate()
    {
        await using var host = await ProbeHost.StartAsync([.. Secure(), $"Endpoints:ClientAuthorityFile={_authority.AuthorityFile}"]);
        var (certificate, key) = _authority.IssueClient();
        using var shown = X509Certificate2.CreateFromPemFile(certificate, key);
        using var with = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { ClientCertificates = [shown], RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
        using var without = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });

        (await with.GetStringAsync(new Uri(host.Http, "/healthz"))).ShouldContain("alive");
        await Should.ThrowAsync<HttpRequestException>(() => without.GetStringAsync(new Uri(host.Http, "/healthz")));
    }

    [Fact]
    public async Task A_token_is_needed_over_TLS_too()
    {
        await using var back = await GuardedHost.StartAsync(Secure());
        await using var front = await FrontAsync(back.Host, "https://127.0.0.1:{0}", $"Clients:AuthorityFile={_authority.AuthorityFile}");

        (await Should.ThrowAsync<RpcException>(async () => await Client(front).UnaryAsync(new()))).StatusCode.ShouldBe(StatusCode.Unauthenticated);
    }

    [Theory]
    [InlineData("Endpoints:ClientAuthorityFile=KEY", "Endpoints:ClientAuthorityFile")]
    [InlineData("Clients:AuthorityFile=/nowhere.crt", "Clients:AuthorityFile")]
    [InlineData("Clients:CertificateFile=CERTIFICATE", "Clients:CertificateKeyFile")]
    [InlineData("Clients:CertificateKeyFile=KEY", "It needs Clients:CertificateFile beside it")]
    public async Task A_file_that_holds_something_else_fails_the_start(string setting, string said)
    {
        var (certificate, key) = _authority.IssueClient();

        var error = await Should.ThrowAsync<InvalidSettingsException>(() => ProbeHost.StartAsync(
            [setting.Replace("CERTIFICATE", certificate).Replace("KEY", key)],
            builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate)));

        error.Message.ShouldContain(said);
    }

    private static Task<ProbeHost> FrontAsync(ProbeHost back, string address, params string[] settings) => ProbeHost.StartAsync(
        [$"Services:Candidate={string.Format(System.Globalization.CultureInfo.InvariantCulture, address, back.Grpc.Port)}", .. settings],
        builder => builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate));

    private static ProbeService.ProbeServiceClient Client(ProbeHost host) => host.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>();

    private static string[] Shown((string Certificate, string Key) files) =>
        [$"Clients:CertificateFile={files.Certificate}", $"Clients:CertificateKeyFile={files.Key}"];

    private string[] Secure()
    {
        var (certificate, key) = _authority.IssueServer();
        return
        [
            "Endpoints:Grpc=https://127.0.0.1:0", "Endpoints:Http=https://127.0.0.1:0",
            $"Kestrel:Certificates:Default:Path={certificate}", $"Kestrel:Certificates:Default:KeyPath={key}",
        ];
    }
}
