using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Evaluation;

public sealed class EvaluateTests : IDisposable
{
    // Plays of train: item 1 by u1, u2, u3; item 2 by u1, u2; item 3 by u3, u4; item 4 by u4.
    // Popularity therefore ranks 1, 2, 3, 4.
    private const string Train = "u1 1 2\nu2 1 2\nu3 1 3\nu4 3 4\n";

    // For u1 the unseen ranking is 3, 4: item 3 is the first. For u3 it is 2, 4: item 4 is the second. For u4 it is 1, 2.
    private const string Test = "u1 3\nu3 4\nu4 1 2\n";

    private readonly TempFolder _folder = new("evaluate");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Metrics_of_popularity_are_those_computed_by_hand()
    {
        var call = await EvaluateAsync(Train, Test, "--model", "popularity", "--metrics", "recall@1,recall-micro@1,mrr@2,precision@2,coverage@1");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Metric("popularity", "recall@1").ShouldBe((1 + 0 + 0.5) / 3, 1e-12);
        call.Metric("popularity", "recall-micro@1").ShouldBe(2.0 / 4, 1e-12);
        call.Metric("popularity", "mrr@2").ShouldBe((1 + 0.5 + 1) / 3, 1e-12);
        call.Metric("popularity", "precision@2").ShouldBe((0.5 + 0.5 + 1) / 3, 1e-12);

        // The first items are 3 for u1 and u2, 2 for u3 and 1 for u4.
        call.Metric("popularity", "coverage@1").ShouldBe(3.0 / 4, 1e-12);
    }

    [Fact]
    public async Task Json_has_the_documented_shape()
    {
        var call = await EvaluateAsync(Train, Test, "--model", "als,item-knn", "--set", "als.factors=2", "--metrics", "recall@2,ndcg@2");

        call.ExitCode.ShouldBe(0, call.Error);
        var data = call.Json.GetProperty("data");
        data.GetProperty("users").GetInt32().ShouldBe(4);
        data.GetProperty("items").GetInt32().ShouldBe(4);
        data.GetProperty("train").GetInt32().ShouldBe(8);
        data.GetProperty("test").GetInt32().ShouldBe(4);
        call.Json.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("model").GetString())
            .ShouldBe(["popularity", "als", "item-knn"]);
        foreach (var model in call.Json.GetProperty("models").EnumerateArray())
        {
            model.GetProperty("settings").ValueKind.ShouldBe(JsonValueKind.Object);
            model.GetProperty("metrics").EnumerateObject().Select(metric => metric.Name).ShouldBe(["recall@2", "ndcg@2"]);
            model.GetProperty("seconds").GetProperty("fit").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
            model.GetProperty("seconds").GetProperty("evaluate").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        }

        call.Model("als").GetProperty("settings").GetProperty("factors").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Gzipped_files_give_what_plain_ones_give()
    {
        string[] options = ["--model", "item-knn", "--metrics", "recall@2,epr", "--json"];
        var plain = await CliCall.RunAsync(["evaluate", "--train", Write("train.txt", Train), "--test", Write("test.txt", Test), .. options]);
        var zipped = await CliCall.RunAsync(["evaluate", "--train", WriteGzip("train.txt.gz", Train), "--test", WriteGzip("test.txt.gz", Test), .. options]);

        zipped.ExitCode.ShouldBe(0, zipped.Error);
        zipped.Model("item-knn").GetProperty("metrics").ToString().ShouldBe(plain.Model("item-knn").GetProperty("metrics").ToString());
    }

    [Fact]
    public async Task Triples_of_weight_one_give_what_adjacency_gives()
    {
        var triples = await CliCall.RunAsync(
            "evaluate", "--train", Write("train.csv", Triples(Train)), "--test", Write("test.csv", Triples(Test)), "--format", "triples",
            "--metrics", "recall@1", "--model", "popularity", "--json");

        triples.ExitCode.ShouldBe(0, triples.Error);
        triples.Metric("popularity", "recall@1").ShouldBe((1 + 0 + 0.5) / 3, 1e-12);
    }

    [Fact]
    public async Task Users_and_items_that_train_lacks_are_dropped_and_reported()
    {
        var call = await EvaluateAsync(Train, Test + "stranger 1 2\nu2 99\nu2 1\n", "--model", "popularity", "--metrics", "recall@1");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Json.GetProperty("data").GetProperty("test").GetInt32().ShouldBe(4);
        var dropped = call.Json.GetProperty("data").GetProperty("dropped").EnumerateArray()
            .ToDictionary(rule => rule.GetProperty("rule").GetString()!, rule => rule.GetProperty("pairs").GetInt32());
        dropped["user not in train"].ShouldBe(2);
        dropped["item not in train"].ShouldBe(1);
        dropped["pair already in train"].ShouldBe(1);
    }

    [Fact]
    public async Task Intervals_hold_the_value_when_confidence_is_asked_for()
    {
        var call = await EvaluateAsync(Train, Test, "--model", "popularity", "--metrics", "recall@1", "--confidence");

        var interval = call.Model("popularity").GetProperty("intervals").GetProperty("recall@1");
        interval.GetProperty("low").GetDouble().ShouldBeLessThanOrEqualTo(0.5);
        interval.GetProperty("high").GetDouble().ShouldBeGreaterThanOrEqualTo(0.5);
    }

    [Fact]
    public async Task Loss_falls_over_the_iterations_when_it_is_asked_for()
    {
        var call = await EvaluateAsync(Train, Test, "--model", "als", "--set", "als.factors=2", "als.iterations=4", "als.regularization=0.1", "--loss");

        var losses = call.Model("als").GetProperty("losses").EnumerateArray().Select(loss => loss.GetDouble()).ToArray();
        losses.Length.ShouldBe(4);
        losses[^1].ShouldBeLessThan(losses[0]);
    }

    [Fact]
    public async Task A_hybrid_is_fitted_from_its_parts()
    {
        var call = await EvaluateAsync(
            Train, Test, "--model", "hybrid", "--no-baseline", "--set", "hybrid.popularity=0.5", "als.factors=2", "--metrics", "recall@2");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Json.GetProperty("models").GetArrayLength().ShouldBe(1);
        call.Model("hybrid").GetProperty("settings").GetProperty("als.factors").GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("ease")]
    [InlineData("slim")]
    [InlineData("user-knn")]
    public async Task Every_model_is_fitted_with_settings_of_its_own(string model)
    {
        var setting = model == "user-knn" ? "user-knn.neighbors=3" : $"{model}.regularization=5";
        var call = await EvaluateAsync(Train, Test, "--model", model, "--set", setting, "--metrics", "recall@2");

        call.ExitCode.ShouldBe(0, call.Error);
        var key = setting[(model.Length + 1)..].Split('=');
        call.Model(model).GetProperty("settings").GetProperty(key[0]).GetDouble().ShouldBe(double.Parse(key[1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Tuning_finds_the_settings_of_a_hybrid_and_says_how()
    {
        // Two tastes: every user has five of the eight items of one, and the others of it are the test.
        var train = new StringBuilder();
        var test = new StringBuilder();
        for (var user = 0; user < 40; user++)
        {
            var items = Enumerable.Range(0, 8).Select(item => (user % 2 * 8) + ((item + (user / 2)) % 8)).ToArray();
            train.Append(CultureInfo.InvariantCulture, $"u{user} {string.Join(' ', items.Take(5))}\n");
            test.Append(CultureInfo.InvariantCulture, $"u{user} {string.Join(' ', items.Skip(5))}\n");
        }

        var call = await EvaluateAsync(train.ToString(), test.ToString(), "--model", "hybrid", "--tune", "--tune-minutes", "0.02", "--metrics", "recall@3,ndcg@3");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Metric("hybrid", "recall@3").ShouldBeGreaterThan(0.9);
        var hybrid = call.Model("hybrid");
        hybrid.GetProperty("settings").GetProperty("tune").GetString().ShouldBe("ndcg@3");
        hybrid.GetProperty("tuning").GetProperty("trials").GetArrayLength().ShouldBeGreaterThan(2);

        var found = hybrid.GetProperty("settings").EnumerateObject()
            .Where(setting => setting.Name.Contains('.'))
            .Select(setting => $"{setting.Name}={setting.Value}");
        var again = await EvaluateAsync(
            train.ToString(), test.ToString(), ["--model", "hybrid", "--metrics", "recall@3,ndcg@3", "--set", .. found]);
        again.ExitCode.ShouldBe(0, again.Error);
        again.Metric("hybrid", "ndcg@3").ShouldBe(call.Metric("hybrid", "ndcg@3"), 1e-6, "what was found can be given back");
    }

    [Fact]
    public async Task Tuning_by_trials_finds_the_same_again()
    {
        var arguments = new[] { "--model", "hybrid", "--tune", "--tune-trials", "6", "--metrics", "recall@1,ndcg@1" };
        var (train, test) = (string.Concat(Enumerable.Repeat(0, 6).Select((_, u) => $"u{u} 1 2 3 4 5 6 7 8 {9 + u}\n")), "u0 10\nu1 11\n");

        var first = await EvaluateAsync(train, test, arguments);
        var second = await EvaluateAsync(train, test, arguments);

        first.ExitCode.ShouldBe(0, first.Error);
        var settings = first.Model("hybrid").GetProperty("settings");
        settings.GetProperty("tune_trials").GetInt32().ShouldBe(6);
        settings.TryGetProperty("tune_minutes", out _).ShouldBeFalse();
        second.Model("hybrid").GetProperty("settings").GetRawText().ShouldBe(settings.GetRawText());
        first.Model("hybrid").GetProperty("tuning").GetProperty("trials").GetArrayLength().ShouldBe(6);
    }

    [Fact]
    public async Task People_get_a_table_with_the_best_marked()
    {
        var call = await CliCall.RunAsync("evaluate", "--train", Write("train.txt", Train), "--test", Write("test.txt", Test), "--metrics", "recall@1", "--model", "item-knn");

        call.ExitCode.ShouldBe(0, call.Error);
        call.Output.ShouldContain("4 users × 4 items, 8 train pairs, 4 test pairs");
        call.Output.ShouldContain("0.5000");
        call.Output.ShouldContain("* the best of its column");
    }

    [Theory]
    [InlineData("--model foo", "there is no such model. There are popularity, item-knn, user-knn, als, ease, slim, markov, hybrid")]
    [InlineData("--set als.foo=1", "Known are als.factors, als.iterations")]
    [InlineData("--set foo=1", "there is no such setting")]
    [InlineData("--set als.alpha", "KEY=VALUE is expected")]
    [InlineData("--set als.alpha=1,5", "als.alpha=1,5: the value must be a number")]
    [InlineData("--set als.factors=x", "the value must be a whole number")]
    [InlineData("--set als.confidence=strong", "one of linear, log, uniform")]
    [InlineData("--set als.alpha=-1", "Alpha is -1; it must be above 0")]
    [InlineData("--set als.alpha=1 als.alpha=2", "is given twice")]
    [InlineData("--set item-knn.neighbors=5", "the model item-knn isn't asked for")]
    [InlineData("--metrics recal@20", "'recal@20' is not a metric. Known metrics: recall@k")]
    [InlineData("--metrics recall", "lacks its cut-off")]
    [InlineData("--model markov", "needs times")]
    [InlineData("--tune", "add --model hybrid")]
    [InlineData("--tune-minutes 3", "add --tune")]
    [InlineData("--tune-trials 3", "add --tune")]
    [InlineData("--model hybrid --tune --tune-minutes 1 --tune-trials 3", "leave one of the two out")]
    [InlineData("--model hybrid --tune --tune-trials 0", "--tune-trials 0: a whole number above 0 is needed")]
    [InlineData("--model hybrid --tune --tune-minutes 0", "--tune-minutes 0: a number of minutes above 0 is needed")]
    [InlineData("--model hybrid --tune --set als.factors=8", "--tune finds this setting itself")]
    [InlineData("--split random", "are a split already")]
    public async Task A_bad_call_is_refused_with_what_is_allowed(string options, string message)
    {
        var call = await EvaluateAsync(Train, Test, options.Split(' '));

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(message);
        call.Error.Trim().ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("", "train.txt: is empty")]
    [InlineData("u1\nu2\n", "has no interaction in its 2 lines")]
    [InlineData("u1 1\nu2 NaN\n", "train.txt, line 2: 'NaN' is no id")]
    [InlineData("u1 1\nu2 -3\n", "train.txt, line 2: '-3' is no id")]
    public async Task Bad_adjacency_is_refused_by_file_and_line(string content, string message)
    {
        var call = await EvaluateAsync(content, Test);

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(message);
    }

    [Theory]
    [InlineData("u1,1,1\nu2,1,-2\n", "line 2: the weight '-2' is negative")]
    [InlineData("user,item,weight\nu1,1,1\nu2,1,NaN\n", "line 3: the weight 'NaN' is no finite number")]
    [InlineData("u1,1,1\nu2,1,inf\n", "line 2: the weight 'inf' is no finite number")]
    [InlineData("u1,1,1\nu2,1,many\n", "line 2: the weight 'many' is no finite number")]
    [InlineData("", "is empty")]
    public async Task Bad_triples_are_refused_by_file_and_line(string content, string message)
    {
        var train = Write("train.csv", content);
        var call = await CliCall.RunAsync("evaluate", "--train", train, "--test", Write("test.csv", Triples(Test)), "--format", "triples");

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain(train);
        call.Error.ShouldContain(message);
    }

    [Fact]
    public async Task A_test_file_that_shares_nothing_with_train_is_refused()
    {
        var call = await EvaluateAsync(Train, "x 8\ny 9\n");

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain("No test interaction is left to measure");
    }

    [Fact]
    public async Task A_data_folder_without_listens_says_how_to_get_some()
    {
        var folder = _folder.File("nothing");
        var call = await CliCall.RunAsync("evaluate", "--data", folder);

        call.ExitCode.ShouldBe(2);
        call.Error.ShouldContain("recsys import");
        Directory.Exists(folder).ShouldBeFalse();
    }

    private Task<CliCall> EvaluateAsync(string train, string test, params string[] options) =>
        CliCall.RunAsync(["evaluate", "--train", Write("train.txt", train), "--test", Write("test.txt", test), .. options, "--json"]);

    private static string Triples(string adjacency) => string.Concat(adjacency.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' '))
        .SelectMany(ids => ids.Skip(1).Select(item => $"{ids[0]},{item},1\n")));

    private string Write(string name, string content)
    {
        File.WriteAllText(_folder.File(name), content);
        return _folder.File(name);
    }

    private string WriteGzip(string name, string content)
    {
        using var writer = new StreamWriter(new GZipStream(File.Create(_folder.File(name)), CompressionLevel.Fastest));
        writer.Write(content);
        return _folder.File(name);
    }
}
