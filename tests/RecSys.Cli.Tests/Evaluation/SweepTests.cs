using System.Xml.Linq;
using RecSys.Cli.Tests.Reports;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Evaluation;

public sealed class SweepTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private readonly TempFolder _folder = new("sweep");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_combination_is_measured_once_beside_the_baseline()
    {
        var call = await SweepAsync("--set", "als.alpha=1,10", "als.factors=1,2,3", "als.confidence=linear,log", "als.iterations=2", "--json");

        call.ExitCode.ShouldBe(0, call.Error);
        var models = call.Json.GetProperty("models").EnumerateArray().ToArray();
        models.Length.ShouldBe(1 + (2 * 3 * 2));
        models.Skip(1).Select(model => model.GetProperty("settings")).Select(settings => (
            settings.GetProperty("alpha").GetDouble(), settings.GetProperty("factors").GetInt32(), settings.GetProperty("confidence").GetString()))
            .Distinct().Count().ShouldBe(12);
        var best = models[call.Json.GetProperty("best").GetProperty("index").GetInt32()];
        best.GetProperty("metrics").GetProperty("recall@2").GetDouble()
            .ShouldBe(models.Max(model => model.GetProperty("metrics").GetProperty("recall@2").GetDouble()));
    }

    [Fact]
    public async Task The_picture_shows_every_value_of_every_metric()
    {
        var picture = _folder.File("sweep.svg");
        var call = await SweepAsync(
            "--set", "als.alpha=1,10", "als.factors=1,2,3", "als.confidence=linear,log", "--metrics", "recall@2,epr", "--picture", picture);

        call.ExitCode.ShouldBe(0, call.Error);
        call.Output.ShouldContain(picture);
        var svg = XDocument.Load(picture).Root!;
        svg.Name.ShouldBe(Svg + "svg");
        svg.Descendants(Svg + "g").Count().ShouldBe(2 * 12);
        var texts = svg.Descendants(Svg + "text").Select(text => text.Value).ToArray();
        texts.ShouldContain("recall@2");
        texts.ShouldContain("epr (lower is better)");
        texts.ShouldContain("als confidence = linear");
        texts.ShouldContain("als confidence = log");
        texts.ShouldContain("alpha");
        texts.ShouldContain("factors");
        texts.Count(text => text.StartsWith("popularity ", StringComparison.Ordinal)).ShouldBe(2);
        (await browser.OpenAsync(picture, 2000)).Faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_setting_makes_a_picture_of_one_row()
    {
        var picture = _folder.File("sweep.svg");
        var call = await SweepAsync("--model", "item-knn", "--set", "item-knn.neighbors=1,2", "--picture", picture);

        call.ExitCode.ShouldBe(0, call.Error);
        XDocument.Load(picture).Root!.Descendants(Svg + "g").Count().ShouldBe(2);
        (await browser.OpenAsync(picture, 2000)).Faults.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--set als.alpha=1", "No setting has more than one value")]
    [InlineData("--set als.alpha=,", "has no value")]
    [InlineData("--set als.alpha=1,x", "als.alpha=x: the value must be a number")]
    [InlineData("--set als.alpha=1,2 --picture /no/such/folder/a.svg", "does not exist")]
    public async Task A_bad_grid_is_refused_before_anything_is_fitted(string options, string message)
    {
        var call = await SweepAsync(options.Split(' '));

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(message);
        call.Output.ShouldBeEmpty();
    }

    private Task<CliCall> SweepAsync(params string[] options)
    {
        File.WriteAllText(_folder.File("train.txt"), "u1 1 2\nu2 1 2\nu3 1 3\nu4 3 4\n");
        File.WriteAllText(_folder.File("test.txt"), "u1 3\nu3 4\nu4 1 2\n");
        string[] metrics = options.Contains("--metrics") ? [] : ["--metrics", "recall@2"];
        return CliCall.RunAsync(["sweep", "--train", _folder.File("train.txt"), "--test", _folder.File("test.txt"), .. metrics, .. options]);
    }
}
