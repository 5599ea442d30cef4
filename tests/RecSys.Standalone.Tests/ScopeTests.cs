using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.Hosting.Security;
using RecSys.TestKit;

namespace RecSys.Standalone.Tests;

/// <summary>
/// Every call and every route of the five services, whatever they are, asks for a token of its own scope. What is added without a scope
/// fails here: its module has to say <c>RequireScope</c>.
/// </summary>
public sealed class ScopeTests : IDisposable
{
    private static readonly string[] All = ["submit", "read", "admin"];

    private readonly TempFolder _folder = new("scopes");
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Every_call_and_route_needs_a_token_of_its_scope(string scheme)
    {
        await using var host = await StartAsync(scheme);
        var tokens = await TokensAsync(host);
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
        var wrong = new List<string>();
        var guarded = 0;
        foreach (var endpoint in EndpointsOf(host).Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            // It says whether the token is valid, and that is all that it does.
            if (endpoint.Metadata.GetMetadata<TokenInAddress>() is not null)
            {
                continue;
            }

            var scope = Scopes.ScopeOf(endpoint);
            if (scope is null)
            {
                wrong.Add($"{endpoint.DisplayName} names no scope");
                continue;
            }

            foreach (var (shown, expected) in Expected(scope, tokens))
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
                var answer = await AskAsync(client, host, endpoint, shown, limit.Token);
                if (answer != expected)
                {
                    wrong.Add($"{endpoint.DisplayName} ({scope}), shown {(shown is null ? "nothing" : shown[..Math.Min(20, shown.Length)])}: {answer} instead of {expected}");
                }
            }

            guarded++;
        }

        wrong.ShouldBeEmpty();
        guarded.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task Only_health_and_readiness_are_open()
    {
        await using var host = await StartAsync("http");

        EndpointsOf(host).Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(endpoint => endpoint.RoutePattern.RawText).Order(StringComparer.Ordinal)
            .ShouldBe(["/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch", "/healthz", "/readyz"]);
    }

    /// <summary>What each token opens: "open" where the call is let through, whatever it answers then.</summary>
    private static IEnumerable<(string? Shown, string Answer)> Expected(string scope, Dictionary<string, string> tokens)
    {
        yield return (null, "unauthenticated");
        yield return ("nonsense", "unauthenticated");
        yield return (ApiToken.Create().Reveal(), "unauthenticated");
        foreach (var held in All)
        {
            yield return (tokens[held], held == scope || held == "admin" || scope == "any" ? "open" : "denied");
        }
    }

    private static async Task<string> AskAsync(
        HttpClient client, StandaloneHost host, RouteEndpoint endpoint, string? shown, CancellationToken cancellationToken)
    {
        var isGrpc = endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null;
        var path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(
            part => part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "x"))));
        using var request = new HttpRequestMessage(
            isGrpc ? HttpMethod.Post : HttpMethod.Parse(endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods[0] ?? "GET"),
            new Uri(isGrpc ? host.GrpcAddress : host.HttpAddress, "/" + path));
        request.Headers.Authorization = shown is null ? null : new AuthenticationHeaderValue("Bearer", shown);
        if (isGrpc)
        {
            // An empty message.
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            request.Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new("application/grpc") } };
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var code = response.Headers.TryGetValues("grpc-status", out var status)
            ? (StatusCode)int.Parse(status.Single(), CultureInfo.InvariantCulture)
            : response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
                HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
                _ => StatusCode.OK,
            };
        return code switch
        {
            StatusCode.Unauthenticated => "unauthenticated",
            StatusCode.PermissionDenied => "denied",
            _ => "open",
        };
    }

    private static RouteEndpoint[] EndpointsOf(StandaloneHost host) =>
        [.. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    private static async Task<Dictionary<string, string>> TokensAsync(StandaloneHost host)
    {
        var store = host.Services.GetRequiredService<ApiTokenStore>();
        var tokens = new Dictionary<string, string>();
        foreach (var scope in Enum.GetValues<TokenScopes>())
        {
            var name = scope.ToString().ToLowerInvariant();
            tokens[name] = (await store.CreateAsync(name, scope, null, TestContext.Current.CancellationToken))!.Value.Token.Reveal();
        }

        return tokens;
    }

    private Task<StandaloneHost> StartAsync(string scheme)
    {
        var (certificate, key) = _authority.IssueServer();
        return StandaloneHost.StartAsync(
            StandaloneSettings.Quiet(new DirectoryInfo(_folder.File("data"))) with
            {
                GrpcAddress = new Uri($"{scheme}://127.0.0.1:0"),
                HttpAddress = new Uri($"{scheme}://127.0.0.1:0"),
                Arguments =
                [
                    "--Security:Tokens=Required", "--Logging:LogLevel:Default=Error",
                    $"--Kestrel:Certificates:Default:Path={certificate}", $"--Kestrel:Certificates:Default:KeyPath={key}",
                ],
            },
            TestContext.Current.CancellationToken);
    }
}
