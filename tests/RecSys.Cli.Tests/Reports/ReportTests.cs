using System.Text.Json;
using RecSys.Analytics.Synthetic;
using RecSys.Cli.Imports;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Reports;

public sealed class ReportTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly TempFolder _folder = new("report");

    private string Data => _folder.File("data");

    private string Page => Path.Combine(_folder.Path, "out", "report.html");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1280, false)]
    [InlineData(400, false)]
    [InlineData(820, true)]
    public async Task The_page_of_a_year_fits_the_window_and_needs_no_network(int width, bool isDark)
    {
        await AppendAsync(SyntheticLog.Generate(new SyntheticLogOptions
        {
            EndsAt = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
            UserCount = 50,
            TrackCount = 300,
            ListenCount = 5_000,
        }).Listens);
        (await ReportAsync()).ExitCode.ShouldBe(0);

        var view = await browser.OpenAsync(Page, width, isDark);

        view.Requests.ShouldBeEmpty();
        view.Messages.ShouldBeEmpty();
        view.Faults.ShouldBeEmpty();
        view.Title.ShouldBe("Listens: listens");
        view.Pictures.ShouldBe(12);
        view.Text.ShouldContain("5,000");
        view.Text.ShouldContain("Hours and weekdays");
        view.Background.ShouldBe(isDark ? "rgb(15, 20, 26)" : "rgb(244, 246, 248)");
    }

    [Theory]
    [InlineData("user,item,weight\nu,a,1\n", 5, "no times")]
    [InlineData("user,item,weight,time\nu,a,1,1700000000\n", 11, "2023-11-14")]
    [InlineData("user,item,weight,time\nu,a,1,1700000000\nv,b,2,1000000\n", 11, "1970-01-12")]
    [InlineData("user,item,weight,time\nu,a,1,1700000000\nu,a,1,\n", 11, "1 rows have no time")]
    [InlineData("user,item,weight\nu,a,10000000\nu,b,1\nv,a,9000000\n", 5, "19 M")]
    public async Task Small_and_odd_logs_make_whole_pages(string log, int pictures, string says)
    {
        await ImportAsync(log);
        (await ReportAsync()).ExitCode.ShouldBe(0);

        var view = await browser.OpenAsync(Page, 400);

        view.Faults.ShouldBeEmpty();
        view.Pictures.ShouldBe(pictures);
        view.Text.Replace('\u202f', ' ').ShouldContain(says);
    }

    [Fact]
    public async Task Names_are_text_and_never_markup()
    {
        const string Evil = "<script>document.title='gone'</script>\"'&amp;<b>";
        await AppendAsync([new LakeListen("<u>", Evil, DateTimeOffset.UnixEpoch.AddDays(20_000))]);
        (await ReportAsync()).ExitCode.ShouldBe(0);

        var view = await browser.OpenAsync(Page, 1280);

        view.Title.ShouldBe("Listens: listens");
        view.Text.ShouldContain(Evil);
        view.Messages.ShouldBeEmpty();
        (await File.ReadAllTextAsync(Page)).ShouldNotContain("<script", Case.Insensitive);
    }

    [Fact]
    public async Task The_json_has_the_same_numbers_and_is_also_printed()
    {
        await ImportAsync("user,item,weight,time\nu,a,1,1700000000\nu,b,1,1700000060\nv,a,1,1700600000\n");

        var call = await ReportAsync("--json");

        call.ExitCode.ShouldBe(0, call.Error);
        var file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "report.json"))).RootElement;
        JsonElement.DeepEquals(file, call.Json).ShouldBeTrue();
        file.GetProperty("totals").GetProperty("listens").GetInt64().ShouldBe(3);
        file.GetProperty("time").GetProperty("sessions").GetProperty("count").GetInt64().ShouldBe(2);
        file.GetProperty("top").GetProperty("tracks")[0].GetProperty("id").GetString().ShouldBe("a");
        file.GetProperty("time").GetProperty("days")[0].GetProperty("day").GetString().ShouldBe("2023-11-14");
    }

    [Fact]
    public async Task The_gap_between_sessions_can_be_chosen()
    {
        await ImportAsync("user,item,weight,time\nu,a,1,1700000000\nu,b,1,1700000060\n");

        var call = await ReportAsync("--gap", "45s", "--json");

        var sessions = call.Json.GetProperty("time").GetProperty("sessions");
        sessions.GetProperty("count").GetInt64().ShouldBe(2);
        sessions.GetProperty("gapMinutes").GetDouble().ShouldBe(0.75);
    }

    [Theory]
    [InlineData("", "there are no listens yet. Import a log with 'recsys import")]
    [InlineData("--gap 3x", "--gap 3x: give a time")]
    [InlineData("--gap 0m", "--gap 0m: give a time")]
    public async Task A_report_that_cannot_be_made_is_one_line_and_leaves_nothing(string options, string message)
    {
        var call = await ReportAsync(options.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(message);
        call.Error.Trim().ShouldNotContain("\n");
        Directory.Exists(Path.Combine(_folder.Path, "out")).ShouldBeFalse();
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task An_import_that_is_not_there_is_named_with_those_that_are()
    {
        await ImportAsync("user,item,weight\nu,a,1\n");

        var call = await ReportAsync("--import", "other");

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain("other: is no import of this lake. Name one of triples");
    }

    private Task<CliCall> ReportAsync(params string[] options) =>
        CliCall.RunAsync(["report", "--data", Data, "--output", Path.Combine(_folder.Path, "out"), .. options]);

    private async Task AppendAsync(IReadOnlyList<LakeListen> listens)
    {
        await using var target = await ImportTarget.OpenAsync(new DirectoryInfo(Data), TestContext.Current.CancellationToken);
        await target.Lake.AppendAsync(listens);
    }

    private async Task ImportAsync(string log)
    {
        var file = _folder.File("log.csv");
        await File.WriteAllTextAsync(file, log);
        var call = await CliCall.RunAsync("import", "triples", file, "--data", Data);
        call.ExitCode.ShouldBe(0, call.Error);
    }
}
