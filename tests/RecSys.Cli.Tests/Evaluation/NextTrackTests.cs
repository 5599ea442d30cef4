using System.Globalization;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Evaluation;

public sealed class NextTrackTests : IDisposable
{
    private readonly TempFolder _folder = new("next-track");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Markov_preference_and_both_are_measured_on_the_same_pairs()
    {
        await ImportAsync(TasteLog());

        var call = await MeasureAsync("--set", "als.factors=8", "als.regularization=1", "--k", "5");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Json.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("model").GetString())
            .ShouldBe(["markov", "als", "markov+als"]);
        call.Json.GetProperty("data").GetProperty("coverage").GetDouble().ShouldBe(1);
        call.Json.GetProperty("data").GetProperty("test").GetInt32().ShouldBeGreaterThan(20);

        // After the hub only taste says what comes next, and taste alone doesn't know that the hub was left.
        call.Metric("markov+als", "accuracy").ShouldBeGreaterThan(call.Metric("markov", "accuracy"));
        call.Metric("markov+als", "accuracy").ShouldBeGreaterThan(call.Metric("als", "accuracy"));
        call.Metric("markov+als", "accuracy").ShouldBeGreaterThan(0.7);
        call.Json.GetProperty("affinity").GetProperty("seenIsHigher").GetDouble().ShouldBeGreaterThan(0.9);
    }

    [Fact]
    public async Task Without_weight_of_preference_the_order_is_that_of_Markov()
    {
        await ImportAsync(TasteLog());

        var call = await MeasureAsync("--preference", "item-knn", "--preference-weight", "0");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Model("markov+item-knn").GetProperty("settings").GetProperty("found").GetBoolean().ShouldBeFalse();
        call.Metric("markov+item-knn", "mrr@20").ShouldBe(call.Metric("markov", "mrr@20"));
    }

    [Theory]
    [InlineData("--gap 0m", "--gap 0m: give a time above zero with its unit")]
    [InlineData("--gap soon", "--gap soon: give a time")]
    [InlineData("--k 0", "--k 0: a whole number from 1 to 10,000 is needed")]
    [InlineData("--candidates -1", "--candidates -1: a whole number from 1 to 1,000,000 is needed")]
    [InlineData("--test-share 1", "--test-share 1: give a number from 0.01 to 0.99")]
    [InlineData("--preference-weight 1.5", "--preference-weight 1.5: give a number from 0 to 1")]
    [InlineData("--preference markov", "Name another, such as als")]
    [InlineData("--preference nobody", "there is no such model")]
    [InlineData("--set als.foo=1", "Known are als.factors")]
    public async Task A_bad_call_is_refused_with_what_is_allowed(string options, string message)
    {
        var call = await MeasureAsync(options.Split(' '));

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(message);
    }

    [Fact]
    public async Task A_log_without_times_is_refused()
    {
        await ImportAsync("anna,10,1\nanna,11,1\nbert,10,1\n");

        var call = await MeasureAsync();

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain("This log has no times");
    }

    // First tracks of one's own taste; then, day by day, a hub that all play, one of two tracks by taste, what follows it, and a coda.
    private static string TasteLog() => string.Concat(
        from user in Enumerable.Range(1, 12)
        from day in Enumerable.Range(0, 13)
        let taste = user % 2
        let start = new DateTime(2024, 5, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day).AddSeconds(user)
        let tracks = day == 0 ? [.. Enumerable.Range(0, 6).Select(n => $"own{taste}-{n}")] : (string[])["hub", $"taste{taste}", $"after{taste}", "coda"]
        from at in Enumerable.Range(0, tracks.Length)
        select string.Create(CultureInfo.InvariantCulture, $"u{user},{tracks[at]},1,{start.AddMinutes(at):yyyy-MM-ddTHH:mm:ssZ}\n"));

    private async Task ImportAsync(string triples)
    {
        File.WriteAllText(_folder.File("log.csv"), triples);
        var call = await CliCall.RunAsync("import", "triples", _folder.File("log.csv"), "--data", _folder.File("data"), "--json");
        call.ExitCode.ShouldBe(0, call.Error);
    }

    private Task<CliCall> MeasureAsync(params string[] options) =>
        CliCall.RunAsync(["evaluate", "next-track", "--data", _folder.File("data"), .. options, "--json"]);
}
