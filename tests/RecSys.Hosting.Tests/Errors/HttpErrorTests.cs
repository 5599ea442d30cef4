using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Tests.Hosts;

namespace RecSys.Hosting.Tests.Errors;

public sealed class HttpErrorTests
{
    [Fact]
    public async Task An_error_is_problem_json_with_the_same_reason_and_fields()
    {
        await using var host = await ProbeHost.StartAsync(
            map: app => app.MapGet("/fail", string () => throw RecSysException.InvalidArgument("user_id", "must not be empty")));
        using var client = host.HttpClient();

        using var response = await client.GetAsync("/fail");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("code").GetString().ShouldBe("INVALID_ARGUMENT");
        problem.GetProperty("reason").GetString().ShouldBe("INVALID_FIELDS");
        problem.GetProperty("detail").GetString().ShouldBe("user_id must not be empty");
        problem.GetProperty("violations")[0].GetProperty("field").GetString().ShouldBe("user_id");
    }

    [Fact]
    public async Task A_delay_before_the_next_try_is_in_the_header_for_it()
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapGet(
            "/fail", string () => throw RecSysException.Unavailable("BUS_UNAVAILABLE", "Away.", TimeSpan.FromSeconds(2.5))));
        using var client = host.HttpClient();

        using var response = await client.GetAsync("/fail");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task An_error_of_a_service_behind_is_passed_on()
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapGet(
            "/fail", string () => throw RecSysException.NotFound("TRACK_UNKNOWN", "There is no track t1.").ToRpcException()));
        using var client = host.HttpClient();

        using var response = await client.GetAsync("/fail");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("TRACK_UNKNOWN");
    }

    [Fact]
    public async Task A_defect_tells_the_caller_nothing_of_its_insides()
    {
        await using var host = await ProbeHost.StartAsync(
            map: app => app.MapGet("/fail", string () => throw new InvalidOperationException("password=hunter2")));
        using var client = host.HttpClient();

        using var response = await client.GetAsync("/fail");

        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("hunter2");
        host.Log.Entries.ShouldContain(entry => entry.Exception is InvalidOperationException && entry.Text.Contains("GET /fail"));
    }

    [Theory]
    [InlineData("{\"number\":", HttpStatusCode.BadRequest)]
    [InlineData("{\"number\":\"many\"}", HttpStatusCode.BadRequest)]
    public async Task Bad_json_is_a_bad_request(string body, HttpStatusCode status)
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapPost("/numbers", (NumberBody posted) => posted.Number));
        using var client = host.HttpClient();

        using var response = await client.PostAsync("/numbers", new StringContent(body, Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain("INVALID_ARGUMENT");
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused_with_the_limit()
    {
        await using var host = await ProbeHost.StartAsync(
            ["Endpoints:MaxMessageBytes=2048"], map: app => app.MapPost("/numbers", (NumberBody posted) => posted.Number));
        using var client = host.HttpClient();
        var body = $"{{\"number\": {new string(' ', 4096)} 1}}";

        using var response = await client.PostAsync("/numbers", new StringContent(body, Encoding.UTF8, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).ShouldContain("2048 bytes");
    }

    [Fact]
    public async Task An_unknown_path_is_named()
    {
        await using var host = await ProbeHost.StartAsync();
        using var client = host.HttpClient();

        using var response = await client.GetAsync("/nothing/here");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldContain("There is nothing at /nothing/here here.");
    }

    private sealed record NumberBody(int Number);
}
