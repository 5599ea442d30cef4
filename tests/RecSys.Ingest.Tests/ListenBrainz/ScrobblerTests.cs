using System.Net;

namespace RecSys.Ingest.Tests.ListenBrainz;

/// <summary>What scrobblers send, each in its own form.</summary>
public sealed class ScrobblerTests : IAsyncLifetime
{
    private IngestHost _ingest = null!;
    private ScrobblerClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _ingest = await IngestHost.StartAsync();
        _client = new ScrobblerClient(_ingest.Host.HttpAddress);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _ingest.DisposeAsync();
    }

    public static TheoryData<string, string> Scrobbles => new()
    {
        {
            "a plugin of a desktop player, with all that the protocol knows",
            """
            {"listen_type":"single","payload":[{"listened_at":1443521965,"track_metadata":{
              "additional_info":{"media_player":"Rhythmbox","submission_client":"Rhythmbox ListenBrainz Plugin","submission_client_version":"1.0",
                "release_mbid":"bf9e91ea-8029-4a04-a26a-224e00a83266","artist_mbids":["db92a151-1ac2-438b-bc43-b82e149ddd50"],
                "recording_mbid":"98255a8c-017a-4bc7-8dd6-1fa36124572b","tags":["you","just","got","rick rolled!"],"duration_ms":222000},
              "artist_name":"Rick Astley","track_name":"Never Gonna Give You Up","release_name":"Whenever you need somebody"}}]}
            """
        },
        {
            "a daemon that listens to players on the desktop bus and knows next to nothing",
            """{"listen_type":"single","payload":[{"listened_at":1443521965,"track_metadata":{"artist_name":"Rick Astley","track_name":"Never Gonna Give You Up","release_name":null,"additional_info":null}}]}"""
        },
        {
            "an app on a telephone",
            """
            {"payload":[{"track_metadata":{"track_name":"Never Gonna Give You Up","artist_name":"Rick Astley","release_name":"",
              "additional_info":{"duration_ms":222000,"media_player":"com.example.music","submission_client":"Pano Scrobbler","submission_client_version":"2.19"}},
              "listened_at":1443521965}],"listen_type":"single"}
            """
        },
        {
            "a music server",
            """
            {"listen_type":"single","payload":[{"listened_at":1443521965,"track_metadata":{"artist_name":"Rick Astley","track_name":"Never Gonna Give You Up",
              "release_name":"Whenever You Need Somebody","additional_info":{"submission_client":"navidrome","submission_client_version":"0.53.3","tracknumber":1,
              "recording_mbid":"","artist_names":["Rick Astley"],"artist_mbids":[],"release_mbid":"","release_group_mbid":"","duration_ms":222000}}}]}
            """
        },
        {
            "a library that hands in a history and writes numbers as texts",
            """
            {"listen_type":"import","payload":[{"listened_at":"1443521965","track_metadata":{"track_name":"never gonna give you up","artist_name":"RICK ASTLEY",
              "additional_info":{"listening_from":"spotify","tags":["pop"],"tracknumber":1,"duration":"222"}}}]}
            """
        },
    };

    [Theory]
    [MemberData(nameof(Scrobbles), DisableDiscoveryEnumeration = true)]
    public async Task A_scrobble_is_stored_under_the_track_of_its_names(string who, string json)
    {
        await _ingest.Tracks.PutAsync([new("rick-1", "Never Gonna Give You Up", "Rick Astley", "", [])], CancellationToken.None);

        var answer = await _client.SubmitAsync(json);

        answer.Status.ShouldBe(HttpStatusCode.OK, who);
        answer.Json.GetProperty("status").GetString().ShouldBe("ok");
        var kept = (await _ingest.History.GetAsync("ann", 10, null, CancellationToken.None)).Single();
        kept.TrackId.ShouldBe("rick-1");
        kept.ListenedAt.ToUnixTimeSeconds().ShouldBe(1_443_521_965);
        (await _ingest.CountAsync()).ShouldBe((1, 1, 0));
    }

    [Fact]
    public async Task What_is_playing_now_is_taken_and_not_stored()
    {
        var answer = await _client.SubmitAsync("""{"listen_type":"playing_now","payload":[{"track_metadata":{"artist_name":"A","track_name":"T"}}]}""");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        (await _ingest.CountAsync()).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_history_of_a_thousand_listens_is_taken_in_one_request_and_one_more_is_too_many()
    {
        (await _client.SubmitAsync(Import(1_001))).Error.ShouldBe("payload must have 1 to 1000 listens where listen_type is import, has 1001.");

        (await _client.SubmitAsync(Import(1_000))).Status.ShouldBe(HttpStatusCode.OK);

        (await _ingest.CountAsync()).ShouldBe((1_000, 1_000, 0));
        (await _ingest.Tracks.CountAsync(CancellationToken.None)).ShouldBe(10);
    }

    [Fact]
    public async Task A_thousand_of_the_largest_listens_fit_into_one_request()
    {
        var filler = new string('x', 10_000);
        var listens = Enumerable.Range(0, 1_000).Select(number => Listen(1_500_000_000 + number, "Artist", $"Title {number % 10}", $$"""{"note":"{{filler}}"}"""));

        var answer = await _client.SubmitAsync($$"""{"listen_type":"import","payload":[{{string.Join(',', listens)}}]}""");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        (await _ingest.CountAsync()).ShouldBe((1_000, 1_000, 0));
    }

    [Fact]
    public async Task Good_listens_are_taken_and_the_bad_ones_beside_them_named_and_kept()
    {
        var answer = await _client.SubmitAsync($$$"""
            {"listen_type":"import","payload":[{{{Listen(1_500_000_000, "A", "T")}}},{{{Listen(100, "A", "T")}}},{{{Listen(1_500_000_001, "", "T")}}},
              {"listened_at":"yesterday","track_metadata":{"artist_name":7,"track_name":"T"}},{"listened_at":1500000002}]}
            """);

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Json.GetProperty("rejected").EnumerateArray().Select(fault => (fault.GetProperty("index").GetInt32(), fault.GetProperty("field").GetString())).ShouldBe(
        [
            (1, "listened_at"), (2, "track_metadata.artist_name"), (3, "listened_at"), (3, "track_metadata.artist_name"), (4, "track_metadata"),
        ]);
        (await _ingest.CountAsync()).ShouldBe((1, 1, 4));
    }

    [Theory]
    [InlineData("no json", "The body must be valid JSON in UTF-8.")]
    [InlineData("[]", "The body must be an object with listen_type and payload.")]
    [InlineData("""{"listen_type":"love","payload":[]}""", "listen_type must be single, playing_now or import.")]
    [InlineData("""{"listen_type":"single"}""", "payload must be a list of listens.")]
    [InlineData("""{"listen_type":"single","payload":[]}""", "payload must have 1 listen where listen_type is single, has 0.")]
    [InlineData("""{"listen_type":"single","payload":[{},{}]}""", "payload must have 1 listen where listen_type is single, has 2.")]
    [InlineData(
        """{"listen_type":"single","payload":[{"listened_at":1500000000,"track_metadata":{"artist_name":"A"}}]}""",
        "payload[0].track_metadata.track_name must not be empty: without a track_id, artist and title are needed together")]
    [InlineData(
        """{"listen_type":"single","payload":[{"listened_at":1500000000,"track_metadata":{"artist_name":"A","track_name":"\ud83c"}}]}""",
        "payload[0].track_metadata.track_name must be valid Unicode")]
    [InlineData(
        """{"listen_type":"single","payload":[{"listened_at":1500000000,"track_metadata":{"artist_name":"A","\udc00_name":"T"}}]}""",
        "payload[0] must have names that are valid Unicode")]
    [InlineData("""{"listen_type":"\ud800","payload":[]}""", "The names in the body, and listen_type, must be valid Unicode.")]
    [InlineData("""{"listen_type":"single","pay\ud800":[]}""", "The names in the body, and listen_type, must be valid Unicode.")]
    public async Task A_request_without_a_good_listen_is_an_error_that_says_what_is_wrong(string json, string error)
    {
        var answer = await _client.SubmitAsync(json);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Json.GetProperty("code").GetInt32().ShouldBe(400);
        answer.Error.ShouldBe(error);
    }

    [Fact]
    public async Task A_listen_above_10240_bytes_is_refused_alone()
    {
        var large = Listen(1_500_000_001, "A", "T", $$"""{"note":"{{new string('x', 10_240)}}"}""");

        var answer = await _client.SubmitAsync($$"""{"listen_type":"import","payload":[{{Listen(1_500_000_000, "A", "T")}},{{large}}]}""");

        var fault = answer.Json.GetProperty("rejected").EnumerateArray().Single();
        fault.GetProperty("index").GetInt32().ShouldBe(1);
        fault.GetProperty("reason").GetString()!.ShouldStartWith("must have at most 10240 bytes, has ");
        (await _ingest.CountAsync()).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task A_body_beyond_all_limits_is_refused()
    {
        var answer = await _client.SubmitAsync($$"""{"listen_type":"single","payload":[],"note":"{{new string('x', 11_000_000)}}"}""");

        answer.Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        answer.Json.GetProperty("code").GetInt32().ShouldBe(413);
    }

    private static string Import(int count) =>
        $$"""{"listen_type":"import","payload":[{{string.Join(',', Enumerable.Range(0, count).Select(number => Listen(1_500_000_000 + number, "Artist", $"Title {number % 10}")))}}]}""";

    private static string Listen(long time, string artist, string title, string info = "{}") =>
        $$$"""{"listened_at":{{{time}}},"track_metadata":{"artist_name":"{{{artist}}}","track_name":"{{{title}}}","additional_info":{{{info}}}}}""";
}
