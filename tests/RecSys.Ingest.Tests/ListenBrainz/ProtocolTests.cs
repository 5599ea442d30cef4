using System.Net;
using System.Text.Json;
using RecSys.Ingest.Tests.Consumers;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.ListenBrainz;

/// <summary>The rest of the protocol: tokens, what a user heard, limits, browsers, and a broker that is away.</summary>
public sealed class ProtocolTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_token_names_its_user_and_without_one_nothing_is_taken()
    {
        await using var ingest = await IngestHost.StartAsync();
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);

        var valid = await client.GetAsync("/1/validate-token", token: "ann");
        var invalid = await client.GetAsync("/1/validate-token", token: null);
        var refused = await client.SubmitAsync(Single(1_500_000_000), token: null);

        valid.Json.GetProperty("valid").GetBoolean().ShouldBeTrue();
        valid.Json.GetProperty("user_name").GetString().ShouldBe("ann");
        invalid.Status.ShouldBe(HttpStatusCode.OK);
        invalid.Json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        refused.Status.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Json.GetProperty("code").GetInt32().ShouldBe(401);
        (await ingest.CountAsync()).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task What_a_user_heard_is_told_between_two_times_and_counted()
    {
        await using var ingest = await IngestHost.StartAsync();
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);
        for (var second = 0; second < 6; second++)
        {
            await client.SubmitAsync(Single(1_500_000_000 + second));
        }

        (await TimesAsync("")).ShouldBe([5, 4, 3, 2, 1, 0]);
        (await TimesAsync("?count=2")).ShouldBe([5, 4]);
        (await TimesAsync("?max_ts=1500000003&count=2")).ShouldBe([2, 1]);
        (await TimesAsync("?min_ts=1500000001&count=2")).ShouldBe([3, 2], "those next to the lower bound, newest first");
        (await TimesAsync("?min_ts=1500000001&max_ts=1500000004")).ShouldBe([3, 2]);
        (await client.GetAsync("/1/user/ann/listen-count")).Json.GetProperty("payload").GetProperty("count").GetInt32().ShouldBe(6);
        (await client.GetAsync("/1/user/nobody/listens")).Json.GetProperty("payload").GetProperty("count").GetInt32().ShouldBe(0);
        (await client.GetAsync("/1/user/ann/listens?min_ts=x")).Status.ShouldBe(HttpStatusCode.BadRequest);

        var newest = (await client.GetAsync("/1/user/ann/listens?count=1")).Json.GetProperty("payload").GetProperty("listens")[0];
        newest.GetProperty("user_name").GetString().ShouldBe("ann");
        newest.GetProperty("track_metadata").GetProperty("artist_name").GetString().ShouldBe("Björk");
        newest.GetProperty("track_metadata").GetProperty("track_name").GetString().ShouldBe("Jóga");

        async Task<IEnumerable<long>> TimesAsync(string query) => (await client.GetAsync("/1/user/ann/listens" + query)).Json
            .GetProperty("payload").GetProperty("listens").EnumerateArray().Select(listen => listen.GetProperty("listened_at").GetInt64() - 1_500_000_000);
    }

    [Fact]
    public async Task Every_answer_says_how_many_requests_are_left_and_too_many_are_refused_until_the_next_window()
    {
        await using var ingest = await IngestHost.StartAsync(("Ingest:RequestsPerToken", "3"));
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);

        // A window may end in between: then there is one more try.
        var answers = new List<ScrobblerAnswer>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add(await client.GetAsync("/1/validate-token"));
        }

        answers[0].Headers["X-RateLimit-Limit"].ShouldBe("3");
        answers[0].Headers["X-RateLimit-Remaining"].ShouldBe("2");
        var refused = answers.First(answer => answer.Status == HttpStatusCode.TooManyRequests);
        refused.Json.GetProperty("code").GetInt32().ShouldBe(429);
        refused.Headers["X-RateLimit-Remaining"].ShouldBe("0");
        int.Parse(refused.Headers["X-RateLimit-Reset-In"]).ShouldBeInRange(1, 10);
        refused.Headers["Retry-After"].ShouldBe(refused.Headers["X-RateLimit-Reset-In"]);
        (await client.GetAsync("/1/validate-token", token: "bob")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_player_in_a_browser_may_submit_from_any_origin()
    {
        await using var ingest = await IngestHost.StartAsync();
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);

        using var allowed = await client.AskAsBrowserAsync("/1/submit-listens");
        var submitted = await client.SubmitAsync(Single(1_500_000_000));

        allowed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        allowed.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        string.Join(',', allowed.Headers.GetValues("Access-Control-Allow-Headers")).ShouldContain("Authorization", Case.Insensitive);
        submitted.Status.ShouldBe(HttpStatusCode.OK);
        submitted.Headers["Access-Control-Allow-Origin"].ShouldBe("*");
        submitted.Headers["Access-Control-Expose-Headers"].ShouldContain("X-RateLimit-Remaining");
    }

    [Fact]
    public async Task The_answer_waits_for_the_broker_and_without_one_says_when_to_try_again()
    {
        await using var server = await RabbitMqServer.StartAsync();
        await using var ingest = await IngestHost.StartAsync(
            await postgres.CreateDatabaseAsync(), server.CreateVirtualHost(), ("Bus:PublishTimeout", "00:00:02"));
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);
        (await client.SubmitAsync(Single(1_500_000_000))).Status.ShouldBe(HttpStatusCode.OK);
        await Wait.UntilAsync(async () => await ingest.CountAsync() == (1, 1, 0), TimeSpan.FromSeconds(60), "one stored listen");
        await server.StopAsync();

        var answer = await client.SubmitAsync(Single(1_500_000_001));

        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Json.GetProperty("code").GetInt32().ShouldBe(503);
        answer.Error.ShouldContain("has not confirmed");
        answer.Headers.ShouldContainKey("Retry-After");
    }

    private static string Single(long time) => JsonSerializer.Serialize(new
    {
        listen_type = "single",
        payload = new[] { new { listened_at = time, track_metadata = new { artist_name = "Björk", track_name = "Jóga" } } },
    });
}
