using System.Net;
using Grpc.Core;
using RecSys.Data;
using RecSys.Hosting.Errors;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Security;

public sealed class KnownTokensTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_new_token_works_at_once_and_a_revoked_one_stops_after_the_next_reading()
    {
        await using var host = await GuardedHost.StartAsync(["Security:TokenRefresh=00:00:01"]);
        var authorization = "Bearer " + await host.TokenAsync(TokenScopes.Read);
        (await host.Host.Client().UnaryAsync(new() { Number = 1 }, GuardedHost.Headers(authorization))).Number.ShouldBe(1);

        await host.Store.RevokeAsync("player", CancellationToken.None);

        await Wait.UntilAsync(async () =>
        {
            using var response = await host.GetAsync("/options", authorization);
            return response.StatusCode == HttpStatusCode.Unauthorized;
        }, Patience, "the token's end");
    }

    [Fact]
    public async Task The_use_of_a_token_is_noted()
    {
        await using var host = await GuardedHost.StartAsync(["Security:TokenRefresh=00:00:01"]);
        using var response = await host.GetAsync("/options", "Bearer " + await host.TokenAsync(TokenScopes.Read));

        await Wait.UntilAsync(async () => (await host.Store.ReadAllAsync(CancellationToken.None)).Single().LastUsedAt is not null, Patience, "the note");
    }

    [Fact]
    public async Task While_the_database_is_away_known_tokens_work_and_unknown_ones_are_asked_to_come_back()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var host = await GuardedHost.StartAsync(
            ["Security:TokenRefresh=00:00:01", "Database:Provider=postgres", $"Database:ConnectionString={await server.CreateDatabaseAsync()}"]);
        var known = GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Read));
        await host.Host.Client().UnaryAsync(new(), known);
        var unknown = await host.TokenAsync(TokenScopes.Read, name: "later");
        await server.StopAsync();
        await host.Host.Log.WaitForAsync(entry => entry.Text.StartsWith("API tokens can't be read"));

        // Readings went on until just now: the later token may be known already, a made-up one can't be.
        var error = await Should.ThrowAsync<RpcException>(
            async () => await host.Host.Client().UnaryAsync(new(), GuardedHost.Headers($"Bearer {ApiToken.Create().Reveal()}")));

        (await host.Host.Client().UnaryAsync(new() { Number = 2 }, known)).Number.ShouldBe(2);
        (error.StatusCode, error.ReadError()?.Reason).ShouldBe((StatusCode.Unavailable, "TOKENS_UNAVAILABLE"));
        await server.RestartAsync();
        (await host.Host.Client().UnaryAsync(new() { Number = 3 }, GuardedHost.Headers($"Bearer {unknown}"))).Number.ShouldBe(3);
    }
}
