using System.Text.Json;
using RecSys.TestKit;

namespace RecSys.Cli.Tests.Evaluation;

/// <summary>
/// The whole way from the published files to metrics, against values that an independent program computed. The data lies in
/// <c>../shared</c> beside the repository or isn't there; then a small case by hand stands in (<see cref="EvaluateTests"/>).
/// </summary>
public sealed class HetRecGoldenTests(ITestOutputHelper output)
{
    [Fact]
    public async Task HetRec_split_by_hash_gives_the_golden_metrics()
    {
        if (Checkout.FindShared("data/hetrec2011-lastfm-2k") is not { } data || Checkout.FindShared("golden/hetrec.json") is not { } golden)
        {
            output.WriteLine("../shared/data/hetrec2011-lastfm-2k or ../shared/golden/hetrec.json is absent: nothing was compared.");
            return;
        }

        using var folder = new TempFolder("hetrec");
        var import = await CliCall.RunAsync("import", "hetrec", data, "--data", folder.Path, "--json");
        import.ExitCode.ShouldBe(0, import.Error);

        var call = await CliCall.RunAsync(
            "evaluate", "--data", folder.Path, "--split", "hash", "--model", "popularity,item-knn,user-knn,als",
            "--set", "als.factors=16", "als.alpha=40", "als.regularization=0.1", "als.iterations=10", "item-knn.score_unrelated=true", "user-knn.score_unrelated=true",
            "--metrics", "recall-micro@10,map@10,epr,ndcg@10,recall@5,precision@5", "--json");

        call.ExitCode.ShouldBe(0, call.Error);
        var expected = JsonDocument.Parse(await File.ReadAllTextAsync(golden)).RootElement;
        var counts = expected.GetProperty("counts");
        var measured = call.Json.GetProperty("data");
        measured.GetProperty("users").GetInt32().ShouldBe(counts.GetProperty("users_train").GetInt32());
        measured.GetProperty("items").GetInt32().ShouldBe(counts.GetProperty("items_train").GetInt32());
        measured.GetProperty("train").GetInt32().ShouldBe(counts.GetProperty("nnz_train").GetInt32());
        measured.GetProperty("test").GetInt32().ShouldBe(counts.GetProperty("test_pairs").GetInt32());
        foreach (var (model, name) in (ReadOnlySpan<(string, string)>)[("popularity", "popularity"), ("item-knn", "item-item"), ("user-knn", "user-cf")])
        {
            var values = expected.GetProperty("metrics").GetProperty(name);
            call.Metric(model, "recall-micro@10").ShouldBe(values.GetProperty("recall@10").GetDouble(), 2e-4, model);
            call.Metric(model, "map@10").ShouldBe(values.GetProperty("map@10").GetDouble(), 2e-4, model);
            call.Metric(model, "ndcg@10").ShouldBe(values.GetProperty("ndcg@10").GetDouble(), 2e-4, model);
            call.Metric(model, "recall@5").ShouldBe(values.GetProperty("recall@5").GetDouble(), 2e-4, model);
            call.Metric(model, "precision@5").ShouldBe(values.GetProperty("precision@5").GetDouble(), 2e-4, model);
            call.Metric(model, "epr").ShouldBe(values.GetProperty("epr").GetDouble(), 0.02, model);
        }

        // The golden ALS starts from other factors; after ten iterations from a seed the result is near it, not equal.
        var als = expected.GetProperty("metrics").GetProperty("als log alpha=40 f=16");
        call.Metric("als", "recall-micro@10").ShouldBe(als.GetProperty("recall@10").GetDouble(), 0.01);
        call.Metric("als", "map@10").ShouldBe(als.GetProperty("map@10").GetDouble(), 0.01);
    }
}
