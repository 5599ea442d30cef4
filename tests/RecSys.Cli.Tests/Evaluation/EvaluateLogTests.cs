using System.Globalization;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Evaluation;

public sealed class EvaluateLogTests : IDisposable
{
    private readonly TempFolder _folder = new("evaluate");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_timed_log_is_split_by_time_and_its_sequence_is_learned()
    {
        await ImportAsync(TimedLog());

        var call = await EvaluateAsync("--model", "markov", "--metrics", "hit-rate@1", "--split", "leave-last");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Json.GetProperty("data").GetProperty("split").GetString().ShouldBe("leave last 1");

        // Every listener goes through the tracks in the same order, so the next is sure; popularity cannot know it.
        call.Metric("markov", "hit-rate@1").ShouldBe(1);
        call.Metric("popularity", "hit-rate@1").ShouldBeLessThan(1);
    }

    [Theory]
    [InlineData("time")]
    [InlineData("time:2024-05-01T00:10:00Z")]
    [InlineData("last-days:0.004")]
    [InlineData("leave-last:2")]
    [InlineData("random")]
    [InlineData("hash:3")]
    public async Task Every_split_leaves_something_on_both_sides(string split)
    {
        await ImportAsync(TimedLog());

        var call = await EvaluateAsync("--model", "popularity", "--metrics", "recall@5", "--split", split);

        call.ExitCode.ShouldBe(0, call.Error);
        var data = call.Json.GetProperty("data");
        data.GetProperty("train").GetInt32().ShouldBeGreaterThan(0);
        data.GetProperty("test").GetInt32().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Repeats_count_when_novelty_is_off()
    {
        await ImportAsync("1,10,1,2024-05-01T00:00:00Z\n1,11,1,2024-05-01T00:01:00Z\n1,10,1,2024-05-02T00:00:00Z\n2,10,1,2024-05-01T00:00:00Z\n2,11,1,2024-05-01T00:00:00Z\n");

        var repeats = await EvaluateAsync("--model", "popularity", "--metrics", "recall@1", "--split", "time:2024-05-02", "--novelty", "false");
        var newOnly = await EvaluateAsync("--model", "popularity", "--metrics", "recall@1", "--split", "time:2024-05-02");

        repeats.ExitCode.ShouldBe(0, repeats.Error);
        repeats.Metric("popularity", "recall@1").ShouldBe(1);
        newOnly.ExitCode.ShouldBe(2);
    }

    [Theory]
    [InlineData("--split foo", "There are time[:DATE], last-days:N, leave-last[:N], random, hash[:N]")]
    [InlineData("--split last-days:soon", "must be a number of days")]
    [InlineData("--split time:yesterday", "give a date such as")]
    [InlineData("--split time", "This log has no times")]
    [InlineData("--split random --test-share 2", "give a share between 0 and 1")]
    [InlineData("--split hash", "ids that are whole numbers")]
    public async Task A_split_that_does_not_fit_is_refused(string options, string message)
    {
        await ImportAsync("anna,10,1\nanna,11,1\nbert,10,1\nbert,12,2\n");

        var call = await EvaluateAsync(["--model", "popularity", .. options.Split(' ')]);

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(message);
    }

    [Fact]
    public async Task A_seed_repeats_a_random_split()
    {
        await ImportAsync(TimedLog());
        string[] options = ["--model", "item-knn", "--metrics", "recall@3,epr", "--split", "random", "--seed", "7"];

        var first = await EvaluateAsync(options);
        var second = await EvaluateAsync(options);

        second.Model("item-knn").GetProperty("metrics").ToString().ShouldBe(first.Model("item-knn").GetProperty("metrics").ToString());
    }

    [Fact]
    public async Task One_of_several_imports_is_measured_alone()
    {
        await ImportAsync(TimedLog());
        await ImportAsync(string.Concat(from user in (string[])["anna", "bert"] from track in Enumerable.Range(0, 10) select $"{user},{track},1\n"), "small");

        var small = await EvaluateAsync("--model", "popularity", "--split", "random", "--import", "small");
        var both = await EvaluateAsync("--model", "popularity", "--split", "random");

        small.Json.GetProperty("data").GetProperty("users").GetInt32().ShouldBe(2);
        both.Json.GetProperty("data").GetProperty("users").GetInt32().ShouldBe(10);
        var unknown = await EvaluateAsync("--model", "popularity", "--import", "smal");
        unknown.ExitCode.ShouldBe(2);
        unknown.Error.ShouldContain("smal: is no import of this lake. Name one of small, triples");
    }

    // Eight listeners on a round trip of ten tracks, each from another track on, a minute a track.
    private static string TimedLog() => string.Concat(
        from user in Enumerable.Range(1, 8)
        from step in Enumerable.Range(0, 8)
        let time = new DateTime(2024, 5, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes((2 * user) + step)
        select string.Create(CultureInfo.InvariantCulture, $"{user},{100 + ((user + step) % 10)},1,{time:yyyy-MM-ddTHH:mm:ssZ}\n"));

    private async Task ImportAsync(string triples, string name = "triples")
    {
        File.WriteAllText(_folder.File("log.csv"), triples);
        var call = await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--name", name, "--data", _folder.File("data"), "--json");
        call.ExitCode.ShouldBe(0, call.Error);
    }

    private Task<CliCall> EvaluateAsync(params string[] options) =>
        CliCall.RunAsync(["evaluate", "--data", _folder.File("data"), .. options, "--json"]);
}
