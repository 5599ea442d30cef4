using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RecSys.Data;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.ListenBrainz;

/// <summary>Programs that people use with ListenBrainz itself, over TLS and with tokens, as a system on the network has them.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const long Time = 1_500_000_000;
    private const string Admin = "0123456789abcdef0123456789abcdef";

    private readonly TestAuthority _authority = new();
    private IngestHost _ingest = null!;
    private ScrobblerClient _client = null!;
    private string _token = "";

    public async ValueTask InitializeAsync()
    {
        var (certificate, key) = _authority.IssueServer();
        _ingest = await IngestHost.StartAsync(
            ("Endpoints:Http", "https://127.0.0.1:0"), ("Kestrel:Certificates:Default:Path", certificate), ("Kestrel:Certificates:Default:KeyPath", key),
            ("Security:Tokens", "Required"), ("Security:AdminToken", Admin));
        _client = new ScrobblerClient(_ingest.Host.HttpAddress);
        _token = await CreateTokenAsync("ann", TokenScopes.Submit | TokenScopes.Read);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _ingest.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task The_player_Quod_Libet_submits_listens_a_queue_of_them_and_what_is_playing()
    {
        var track = new { artist_name = "Björk", track_name = "Jóga", release_name = "Homogenic", additional_info = new { tracknumber = 2 } };

        var statuses = await CallAsync(_token, ["listen", Time, track], ["playing_now", track], ["import_tracks", QueueOf(7)]);
        var refused = await CallAsync("wrong", ["listen", Time + 1, track], ["import_tracks", QueueOf(2)]);

        statuses.ShouldBe([200, 200, 200]);
        refused.ShouldBe([401, 401], "and the client could read the answer");
        (await _ingest.CountAsync()).ShouldBe((8, 8, 0));
        (await _ingest.History.GetAsync("ann", 10, null, CancellationToken.None)).Select(listen => listen.ListenedAt.ToUnixTimeSeconds() - Time)
            .ShouldBe([16, 15, 14, 13, 12, 11, 10, 0]);
        var playing = (await _client.GetAsync("/1/user/ann/playing-now", _token)).Json.GetProperty("payload").GetProperty("listens").EnumerateArray().Single();
        playing.GetProperty("track_metadata").GetProperty("track_name").GetString().ShouldBe("Jóga");

        object[][] QueueOf(int count) => [.. Enumerable.Range(10, count).Select(second => new object[] { Time + second, track })];
    }

    /// <summary>
    /// The requests of the library liblistenbrainz, as they were captured of its submit_single_listen, submit_multiple_listens, submit_playing_now,
    /// get_listens, get_playing_now, get_user_listen_count and is_token_valid: bodies without a content type, the token to be judged in the address.
    /// </summary>
    [Fact]
    public async Task The_library_liblistenbrainz_submits_and_reads()
    {
        (await IsValidAsync(_token)).ShouldBeTrue();
        await SubmitAsync("single", $$$"""
            {"track_metadata": {"track_name": "Fade", "artist_name": "Kanye West", "release_name": "The Life of Pablo",
              "additional_info": {"duration_ms": 1000, "tags": ["a"], "listening_from": "spotify"}}, "listened_at": {{{Time}}}}
            """);
        await SubmitAsync("import", string.Join(", ", Enumerable.Range(1, 5).Select(i =>
            $$"""{"track_metadata": {"track_name": "T{{i}}", "artist_name": "\u00c4rtist"}, "listened_at": {{Time + i}}}""")));
        await SubmitAsync("playing_now", """{"track_metadata": {"track_name": "Now", "artist_name": "\u00c4rtist", "additional_info": {"duration_ms": 200000}}}""");

        (await ReadAsync("/1/user/ann/playing-now")).ShouldBe([("Now", "Ärtist", null)]);
        (await ReadAsync("/1/user/bob/playing-now")).ShouldBeEmpty();
        (await ReadAsync("/1/user/ann/listens")).Select(listen => listen.Track).ShouldBe(["T5", "T4", "T3", "T2", "T1", "Fade"]);
        (await ReadAsync("/1/user/ann/listens?count=2")).ShouldBe([("T5", "Ärtist", Time + 5), ("T4", "Ärtist", Time + 4)]);
        (await ReadAsync($"/1/user/ann/listens?max_ts={Time + 2}")).ShouldBe([("T1", "Ärtist", Time + 1), ("Fade", "Kanye West", Time)]);
        (await ReadAsync($"/1/user/ann/listens?min_ts={Time + 3}&count=1")).ShouldBe([("T4", "Ärtist", Time + 4)]);
        (await _client.GetAsync("/1/user/ann/listen-count", _token)).Json.GetProperty("payload").GetProperty("count").GetInt32().ShouldBe(6);
    }

    [Fact]
    public async Task A_token_that_opens_nothing_is_an_answer_for_who_asks_and_an_error_in_the_protocols_form_for_who_uses_it()
    {
        var reader = await CreateTokenAsync("reader", TokenScopes.Read);

        (await IsValidAsync("wrong")).ShouldBeFalse();
        (await IsValidAsync(reader)).ShouldBeFalse("it can't submit");
        (await _client.GetAsync("/1/validate-token", "wrong")).Json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        (await _client.GetAsync("/1/validate-token?token=wrong", _token)).Json.GetProperty("user_name").GetString().ShouldBe("ann", "the header goes before the address");
        await RefusedAsync(_client.SubmitAsync("{}", "wrong"), HttpStatusCode.Unauthorized, "The token can't be used");
        await RefusedAsync(_client.SubmitAsync("{}", token: null), HttpStatusCode.Unauthorized, "This call needs an API token");
        await RefusedAsync(_client.SubmitAsync("{}", reader), HttpStatusCode.Forbidden, "scope submit");
        await RefusedAsync(_client.GetAsync($"/1/user/ann/listens?token={_token}", token: null), HttpStatusCode.Unauthorized, "This call needs an API token");
        await RefusedAsync(_client.GetAsync("/1/latest-import", Admin), HttpStatusCode.NotFound, "There is nothing at /1/latest-import here.");
    }

    private static async Task RefusedAsync(Task<ScrobblerAnswer> call, HttpStatusCode status, string error)
    {
        var answer = await call;
        answer.Status.ShouldBe(status);
        answer.Json.GetProperty("code").GetInt32().ShouldBe((int)status);
        answer.Error.ShouldContain(error);
    }

    private async Task<string> CreateTokenAsync(string name, TokenScopes scopes) =>
        (await _ingest.Host.Services.GetRequiredService<ApiTokenStore>().CreateAsync(name, scopes, null, CancellationToken.None))!.Value.Token.Reveal();

    private async Task<int[]> CallAsync(string token, params object[][] calls)
    {
        var module = Path.Combine(await DebianPackage.UnpackAsync("exfalso"), "usr/lib/python3/dist-packages/quodlibet/plugins/listenbrainz/listenbrainz.py");
        await using var process = ChildProcess.StartPython(
            Path.Combine(AppContext.BaseDirectory, "python", "quodlibet_client.py"),
            [module, _ingest.Host.HttpAddress.Authority, token, JsonSerializer.Serialize(calls)],
            [new("SSL_CERT_FILE", _authority.AuthorityFile)]);
        var line = await process.WaitForLineAsync("STATUS ", TimeSpan.FromSeconds(60));
        return JsonSerializer.Deserialize<int[]>(line["STATUS ".Length..])!;
    }

    private async Task<bool> IsValidAsync(string token) =>
        (await _client.GetAsync($"/1/validate-token?token={token}", token: null)).Json.GetProperty("valid").GetBoolean();

    private async Task SubmitAsync(string type, string payload)
    {
        var answer = await _client.SubmitWithoutContentTypeAsync($$"""{"listen_type": "{{type}}", "payload": [{{payload}}]}""", _token);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Json.GetProperty("status").GetString().ShouldBe("ok");
    }

    /// <summary>What the library reads of an answer.</summary>
    private async Task<IReadOnlyList<(string Track, string Artist, long? Time)>> ReadAsync(string path) =>
    [
        .. (await _client.GetAsync(path, _token)).Json.GetProperty("payload").GetProperty("listens").EnumerateArray().Select(listen => (
            listen.GetProperty("track_metadata").GetProperty("track_name").GetString()!,
            listen.GetProperty("track_metadata").GetProperty("artist_name").GetString()!,
            listen.TryGetProperty("listened_at", out var time) ? time.GetInt64() : (long?)null)),
    ];
}
