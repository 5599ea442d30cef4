using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Security;

/// <summary>The probe with a database, so that it knows tokens, and callers that need one.</summary>
internal sealed class GuardedHost : IAsyncDisposable
{
    /// <summary>What the services of the system show each other.</summary>
    public const string ServiceToken = "service-0123456789abcdef0123456789";

    private readonly TempFolder _folder;

    private GuardedHost(TempFolder folder, ProbeHost host) => (_folder, Host) = (folder, host);

    public ProbeHost Host { get; }

    public ApiTokenStore Store => Host.App.Services.GetRequiredService<ApiTokenStore>();

    public static async Task<GuardedHost> StartAsync(string[]? settings = null, Action<WebApplicationBuilder>? add = null, Action<WebApplication>? map = null)
    {
        var folder = new TempFolder("tokens");
        var host = await ProbeHost.StartAsync(
            ["Security:Tokens=Required", $"Security:ServiceToken={ServiceToken}", $"Database:ConnectionString=Data Source={folder.File("recsys.db")};Pooling=false", .. settings ?? []],
            builder =>
            {
                builder.AddDatabase();
                add?.Invoke(builder);
            },
            map);
        return new GuardedHost(folder, host);
    }

    /// <summary>The text of a new token.</summary>
    public async Task<string> TokenAsync(TokenScopes scopes, TimeSpan? lifetime = null, string name = "player") =>
        (await Store.CreateAsync(name, scopes, lifetime, CancellationToken.None))!.Value.Token.Reveal();

    /// <summary>The headers of a call.</summary>
    /// <param name="authorization">The header's value; null for none.</param>
    public static Metadata Headers(string? authorization)
    {
        var headers = new Metadata();
        if (authorization is not null)
        {
            headers.Add("authorization", authorization);
        }

        return headers;
    }

    /// <summary>Calls a route.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, string? authorization)
    {
        using var client = Host.HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }
}
