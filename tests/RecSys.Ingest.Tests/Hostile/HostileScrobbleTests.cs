using System.Net;
using System.Text;
using RecSys.Ingest.Tests.ListenBrainz;
using RecSys.TestKit;

namespace RecSys.Ingest.Tests.Hostile;

/// <summary>Requests in ListenBrainz's protocol that no player should send are answered in its form and leave nothing half done.</summary>
public sealed class HostileScrobbleTests
{
    private const string Good =
        """{"listen_type":"single","payload":[{"listened_at":1443521965,"track_metadata":{"artist_name":"Rick Astley","track_name":"Never Gonna Give You Up","additional_info":{"duration_ms":222000}}}]}""";

    private static readonly string[] Valid =
    [
        Good,
        """{"listen_type": "import", "payload": [{"listened_at": "1443521966", "track_metadata": {"artist_name": "A", "track_name": "T", "release_name": "R", "additional_info": {"media_player": "p", "duration": 200}}}, {"listened_at": 1443521967, "track_metadata": {"artist_name": "B", "track_name": "U"}}]}""",
        """{"listen_type":"playing_now","payload":[{"track_metadata":{"artist_name":"A","track_name":"T","additional_info":{"submission_client":"c"}}}]}""",
    ];

    [Fact]
    public async Task Every_request_is_answered_with_a_status_that_says_whose_fault_it_is()
    {
        await using var ingest = await IngestHost.StartAsync(("Ingest:RequestsPerToken", "1000000"));
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);
        var answers = new Dictionary<HttpStatusCode, int>();
        foreach (var (number, body) in new HostileInputs([.. Valid.Select(Encoding.UTF8.GetBytes)]).Take(1_200))
        {
            var answer = await client.SubmitAsync(body);
            answer.Status.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.BadRequest], $"{HostileInputs.Describe(number, body)} {answer.Json}");
            (answer.Status == HttpStatusCode.OK || answer.Error.Length > 0).ShouldBeTrue();
            answers[answer.Status] = answers.GetValueOrDefault(answer.Status) + 1;
        }

        answers.Values.ShouldAllBe(count => count > 100);
        var before = await ingest.CountAsync();
        before.History.ShouldBe(before.Lake);
        (await client.SubmitAsync(Good, token: "somebody else")).Status.ShouldBe(HttpStatusCode.OK);
        (await ingest.CountAsync()).ShouldBe((before.History + 1, before.Lake + 1, before.Rejected));
    }

    [Fact]
    public async Task Whatever_is_asked_of_whomever_there_is_an_answer()
    {
        await using var ingest = await IngestHost.StartAsync(("Ingest:RequestsPerToken", "1000000"));
        using var client = new ScrobblerClient(ingest.Host.HttpAddress);
        await client.SubmitAsync(Good);
        var words = new HostileInputs([[]]);
        foreach (var path in new[] { "/1/user/{0}/listens", "/1/user/{0}/listen-count", "/1/user/{0}/playing-now", "/1/user/ann/listens?max_ts={0}", "/1/user/ann/listens?min_ts={0}", "/1/user/ann/listens?count={0}", "/1/validate-token?token={0}" })
        {
            for (var i = 0; i < 40; i++)
            {
                var word = string.Concat(words.NextWord().Take(600).Select(b => $"%{b:X2}"));
                var answer = await client.GetAsync(string.Format(path, word));
                answer.Status.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.NotFound], $"{string.Format(path, word)} {answer.Json}");
            }
        }
    }
}
