using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.Hosting.Clients;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Probe.V1;
using RecSys.Hosting.Security;
using RecSys.Hosting.Tests.Hosts;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Security;

public sealed class TokenTests : IDisposable
{
    private readonly TempFolder _folder = new("tokens");

    public static TheoryData<string, StatusCode, string> Refused { get; } = new()
    {
        { "", StatusCode.Unauthenticated, "TOKEN_MISSING" },
        { "Bearer", StatusCode.Unauthenticated, "TOKEN_MISSING" },
        { "Basic cGxheWVyOnNlY3JldA==", StatusCode.Unauthenticated, "TOKEN_MISSING" },
        { "Bearer nonsense", StatusCode.Unauthenticated, "TOKEN_INVALID" },
        { "Bearer recsys_0123456789ab_0123456789012345678901234567890123456789012", StatusCode.Unauthenticated, "TOKEN_INVALID" },
        { "WRONG SECRET", StatusCode.Unauthenticated, "TOKEN_INVALID" },
        { "EXPIRED", StatusCode.Unauthenticated, "TOKEN_INVALID" },
        { "REVOKED", StatusCode.Unauthenticated, "TOKEN_INVALID" },
        { "OTHER SCOPE", StatusCode.PermissionDenied, "SCOPE_MISSING" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_call_without_a_token_that_opens_it_is_refused_in_both_protocols(string shown, StatusCode code, string reason)
    {
        await using var host = await GuardedHost.StartAsync();
        var authorization = await AuthorizationAsync(host, shown);
        var called = false;
        host.Host.Behaviours.Set("call", () =>
        {
            called = true;
            return new ProbeResponse();
        });

        var error = await Should.ThrowAsync<RpcException>(
            async () => await host.Host.Client().UnaryAsync(new() { Behaviour = "call" }, GuardedHost.Headers(authorization)));
        using var response = await host.GetAsync("/options", authorization);

        (error.StatusCode, error.ReadError()?.Reason).ShouldBe((code, reason));
        response.StatusCode.ShouldBe(code == StatusCode.Unauthenticated ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString().ShouldBe(reason);
        response.Headers.WwwAuthenticate.Any().ShouldBe(code == StatusCode.Unauthenticated);
        called.ShouldBeFalse();
    }

    [Theory]
    [InlineData(TokenScopes.Read, "Bearer ")]
    [InlineData(TokenScopes.Read, "bearer ")]
    [InlineData(TokenScopes.Read, "Token ")]
    [InlineData(TokenScopes.Submit | TokenScopes.Read, "Bearer ")]
    [InlineData(TokenScopes.Admin, "Bearer ")]
    public async Task A_token_opens_what_its_scopes_say_in_both_protocols(TokenScopes scopes, string scheme)
    {
        await using var host = await GuardedHost.StartAsync();
        var authorization = scheme + await host.TokenAsync(scopes);

        (await host.Host.Client().UnaryAsync(new() { Number = 3 }, GuardedHost.Headers(authorization))).Number.ShouldBe(3);
        using var response = await host.GetAsync("/options", authorization);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Streams_are_checked_before_anything_of_them_is_read()
    {
        await using var host = await GuardedHost.StartAsync();
        var reader = GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Read));
        var submitter = GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Submit, name: "submitter"));

        using var refused = host.Host.Client().Collect(reader);
        (await Should.ThrowAsync<RpcException>(() => refused.ResponseAsync)).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        using var taken = host.Host.Client().Collect(submitter);
        await taken.RequestStream.WriteAsync(new() { Payload = Google.Protobuf.ByteString.CopyFromUtf8("abc") });
        await taken.RequestStream.CompleteAsync();
        (await taken).Number.ShouldBe(3);
        using var counted = host.Host.Client().Count(new() { Number = 1 }, submitter);
        (await Should.ThrowAsync<RpcException>(() => counted.ResponseStream.MoveNext(default))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
    }

    [Fact]
    public async Task What_names_no_scope_needs_an_admin()
    {
        await using var host = await GuardedHost.StartAsync(map: app => app.MapGet("/forgotten", () => "opened"));
        var reader = "Bearer " + await host.TokenAsync(TokenScopes.Submit | TokenScopes.Read);
        var admin = "Bearer " + await host.TokenAsync(TokenScopes.Admin, name: "admin");

        using var refused = await host.GetAsync("/forgotten", reader);
        using var chat = host.Host.Client().Chat(GuardedHost.Headers(reader));
        (await Should.ThrowAsync<RpcException>(() => chat.ResponseStream.MoveNext(default))).StatusCode.ShouldBe(StatusCode.PermissionDenied);
        using var opened = await host.GetAsync("/forgotten", admin);

        (refused.StatusCode, opened.StatusCode).ShouldBe((HttpStatusCode.Forbidden, HttpStatusCode.OK));
    }

    [Fact]
    public async Task Health_and_readiness_are_open_and_reflection_takes_any_token()
    {
        await using var host = await GuardedHost.StartAsync();
        var submitter = GuardedHost.Headers("Bearer " + await host.TokenAsync(TokenScopes.Submit));

        (await new Health.HealthClient(host.Host.Channel()).CheckAsync(new())).Status.ShouldBe(HealthCheckResponse.Types.ServingStatus.Serving);
        foreach (var path in new[] { "/healthz", "/readyz" })
        {
            using var response = await host.GetAsync(path, null);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        // Nothing is written to it: a write after the refusal may fail before the refusal is read.
        using var refused = new ServerReflection.ServerReflectionClient(host.Host.Channel()).ServerReflectionInfo();
        using var taken = new ServerReflection.ServerReflectionClient(host.Host.Channel()).ServerReflectionInfo(submitter);
        await taken.RequestStream.WriteAsync(new() { ListServices = "" });
        await taken.RequestStream.CompleteAsync();

        (await Should.ThrowAsync<RpcException>(() => refused.ResponseStream.MoveNext(default))).StatusCode.ShouldBe(StatusCode.Unauthenticated);
        (await taken.ResponseStream.MoveNext(default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_is_needed_on_loopback_and_a_token_does_no_harm_there()
    {
        await using var host = await ProbeHost.StartAsync();

        (await host.Client().UnaryAsync(new() { Number = 1 })).Number.ShouldBe(1);
        (await host.Client().UnaryAsync(new() { Number = 1 }, GuardedHost.Headers("Token whatever"))).Number.ShouldBe(1);
    }

    [Fact]
    public async Task A_service_shows_its_own_token_to_the_services_behind_it()
    {
        await using var back = await GuardedHost.StartAsync();
        var behind = Array.Empty<string?>();
        back.Host.Behaviours.Set("who", (_, context) =>
        {
            behind = [context.GetHttpContext().User.Identity?.Name];
            return Task.FromResult(new ProbeResponse());
        });
        await using var front = await ProbeHost.StartAsync(
            [$"Services:Candidate={back.Host.Grpc}", $"Security:ServiceToken={GuardedHost.ServiceToken}"], AddClient);
        await using var stranger = await ProbeHost.StartAsync([$"Services:Candidate={back.Host.Grpc}"], AddClient);

        await front.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>().UnaryAsync(new() { Behaviour = "who" });
        var error = await Should.ThrowAsync<RpcException>(
            async () => await stranger.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>().UnaryAsync(new()));

        behind.ShouldBe(["service"]);
        error.StatusCode.ShouldBe(StatusCode.Unauthenticated);
    }

    [Fact]
    public async Task A_process_knows_its_calls_to_itself_without_being_told_a_token()
    {
        await using var host = await GuardedHost.StartAsync(["Security:ServiceToken=", "Services:Candidate=self", "Security:AdminTokenFile=" + AdminFile()], AddClient);

        (await host.Host.App.Services.GetRequiredService<ProbeService.ProbeServiceClient>().UnaryAsync(new() { Number = 5 })).Number.ShouldBe(5);
    }

    [Fact]
    public async Task The_token_of_the_admin_file_opens_everything()
    {
        await using var host = await GuardedHost.StartAsync(["Security:AdminTokenFile=" + AdminFile()]);

        (await host.Host.Client().UnaryAsync(new() { Number = 5 }, GuardedHost.Headers("Bearer admin-0123456789abcdef0123456789abcd"))).Number.ShouldBe(5);
    }

    [Fact]
    public async Task No_token_gets_into_the_log_or_into_an_answer()
    {
        await using var host = await GuardedHost.StartAsync(
            ["Security:AdminTokenFile=" + AdminFile()], map: app => app.MapGet("/fail", string () => throw new InvalidOperationException("broken")).RequireScope(TokenScopes.Read));
        var token = await host.TokenAsync(TokenScopes.Read);
        var answers = new List<string>();
        foreach (var shown in new[] { token, token[..^1] + "!", GuardedHost.ServiceToken, "admin-0123456789abcdef0123456789abcd", "wrong-0123456789abcdef0123456789" })
        {
            foreach (var path in new[] { "/options", "/fail", "/unknown" })
            {
                using var response = await host.GetAsync(path, $"Bearer {shown}");
                answers.Add(await response.Content.ReadAsStringAsync());
            }

            using var chat = host.Host.Client().Chat(GuardedHost.Headers($"Token {shown}"));
            await chat.RequestStream.CompleteAsync();
            answers.Add(await chat.ResponseStream.MoveNext(default).ContinueWith(answer => answer.Exception?.ToString() ?? "", TaskScheduler.Default));
        }

        var said = string.Join('\n', host.Host.Log.Entries.Select(entry => $"{entry.Text} {entry.Exception}").Concat(answers));
        said.ShouldContain("TOKEN_INVALID");
        said.ShouldContain("/fail");
        said.ShouldNotContain(token[^43..^1]);
        said.ShouldNotContain("0123456789abcdef0123456789");
    }

    private static void AddClient(WebApplicationBuilder builder) =>
        builder.AddServiceClient<ProbeService.ProbeServiceClient>(services => services.Candidate);

    private string AdminFile()
    {
        var file = _folder.File("admin-token");
        File.WriteAllText(file, "admin-0123456789abcdef0123456789abcd\n");
        return file;
    }

    private static async Task<string?> AuthorizationAsync(GuardedHost host, string shown)
    {
        switch (shown)
        {
            case "WRONG SECRET":
                var text = await host.TokenAsync(TokenScopes.Read);
                return $"Bearer {text[..^1]}{(text[^1] == 'A' ? 'B' : 'A')}";
            case "EXPIRED":
                return "Bearer " + await host.TokenAsync(TokenScopes.Read, TimeSpan.FromTicks(10));
            case "REVOKED":
                var revoked = await host.TokenAsync(TokenScopes.Read);
                await host.Store.RevokeAsync("player", CancellationToken.None);
                return "Bearer " + revoked;
            case "OTHER SCOPE":
                return "Bearer " + await host.TokenAsync(TokenScopes.Submit);
            default:
                return shown.Length == 0 ? null : shown;
        }
    }
}
