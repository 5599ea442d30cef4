using System.Globalization;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Reports;

public sealed class ServiceReportTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly TempFolder _folder = new("service-report");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_service_log_shows_latency_arms_and_neighbours()
    {
        await File.WriteAllLinesAsync(_folder.File("log.json"), Log());
        (await CliCall.RunAsync("import", "botify", _folder.File("log.json"), "--data", _folder.File("data"))).ExitCode.ShouldBe(0);

        var call = await CliCall.RunAsync("report", "--data", _folder.File("data"), "--output", _folder.Path, "--json");

        call.ExitCode.ShouldBe(0, call.Error);
        var service = call.Json.GetProperty("services")[0];
        service.GetProperty("latencies").GetProperty("count").GetInt64().ShouldBe(120);
        service.GetProperty("neighbors").GetProperty("users").GetInt32().ShouldBe(40);
        var experiment = service.GetProperty("experiments")[0];
        experiment.GetProperty("experiment").GetString().ShouldBe("MOOD & <b>");
        var (control, treatment) = (experiment.GetProperty("arms")[0], experiment.GetProperty("arms")[1]);
        (control.GetProperty("arm").GetString(), control.GetProperty("users").GetInt64(), control.GetProperty("sessions").GetInt64()).ShouldBe(("C", 20, 20));
        var difference = treatment.GetProperty("metrics").GetProperty("mean_time_per_session");
        difference.GetProperty("uplift").GetDouble().ShouldBe(1, 0.1);
        difference.GetProperty("significant").GetBoolean().ShouldBeTrue();
        difference.GetProperty("upliftLow").GetDouble().ShouldBeLessThan(difference.GetProperty("uplift").GetDouble());

        foreach (var width in (int[])[400, 1280])
        {
            var view = await browser.OpenAsync(Path.Combine(_folder.Path, "report.html"), width);
            view.Faults.ShouldBeEmpty();
            view.Requests.ShouldBeEmpty();
            view.Text.ShouldContain("Experiment MOOD & <b>");
            view.Text.ShouldContain("more than chance explains");
            view.Text.ShouldContain("Neighbours");
            view.Text.ShouldContain("Time to answer");
        }
    }

    [Fact]
    public async Task The_published_logs_have_the_effects_that_their_experiments_were_made_for()
    {
        if (Checkout.FindShared("data/botify/logs") is not { } logs)
        {
            TestContext.Current.TestOutputHelper?.WriteLine("The logs of Botify are not here; the small log stands in.");
            return;
        }

        (await CliCall.RunAsync("import", "botify", logs, "--data", _folder.File("data"))).ExitCode.ShouldBe(0);
        var call = await CliCall.RunAsync("report", "--data", _folder.File("data"), "--output", _folder.Path, "--json");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Json.GetProperty("totals").GetProperty("users").GetInt64().ShouldBe(4_749);
        var experiments = call.Json.GetProperty("services")[0].GetProperty("experiments").EnumerateArray()
            .ToDictionary(experiment => experiment.GetProperty("experiment").GetString()!, experiment => experiment.GetProperty("arms")[1].GetProperty("metrics").GetProperty("mean_time_per_session"));
        experiments["STICKY_ARTIST"].GetProperty("uplift").GetDouble().ShouldBeInRange(0.4, 0.6);
        experiments["HW2"].GetProperty("significant").GetBoolean().ShouldBeTrue();
        (await browser.OpenAsync(Path.Combine(_folder.Path, "report.html"), 400)).Faults.ShouldBeEmpty();
    }

    // Forty users with a session of three tracks; those in T1 play twice as much.
    private static IEnumerable<string> Log()
    {
        for (var user = 0; user < 40; user++)
        {
            var (arm, unit) = user % 2 == 0 ? ("C", 0.3) : ("T1", 0.6);
            for (var n = 0; n < 3; n++)
            {
                var time = (unit * (n + 1) / 2) + (user % 5 / 100.0);
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $$$"""{"message": "{{{(n == 2 ? "last" : "next")}}}", "timestamp": {{{1740000000000 + (user * 60_000) + (n * 1000)}}}, "user": {{{user}}}, "track": {{{(user + n) % 7}}}, "time": {{{time:0.###}}}, "latency": {{{0.001 * (1 + n)}}}, "recommendation": null, "experiments": {"MOOD & <b>": "{{{arm}}}"}}""");
            }
        }
    }
}
