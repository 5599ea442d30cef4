using System.Text.Json;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Tests.Golden;

public sealed class ModelGoldenTests(ITestOutputHelper output)
{
    private static readonly (string Golden, string Ours)[] MetricNames =
    [
        ("recall@10", "recall-micro@10"),
        ("map@10", "map@10"),
        ("epr", "epr"),
        ("epr_catalogue", "epr-catalogue"),
        ("precision@5", "precision@5"),
        ("recall@5", "recall@5"),
        ("ndcg@10", "ndcg@10"),
        ("coverage@10", "coverage@10"),
        ("coverage@5", "coverage@5"),
        ("novelty@5", "novelty@5"),
    ];

    [Theory]
    [InlineData(GoldenCase.Small)]
    [InlineData(GoldenCase.HetRec)]
    public void The_hash_split_gives_the_known_counts(string caseName)
    {
        var data = GoldenCase.Load(caseName, output);
        var counts = data.Expected.GetProperty("counts");
        var report = data.Split.Report;
        report.Rows.ShouldBe(counts.GetProperty("rows").GetInt64());
        report.TrainUsers.ShouldBe(counts.GetProperty("users_train").GetInt32());
        report.TrainItems.ShouldBe(counts.GetProperty("items_train").GetInt32());
        report.TrainPairs.ShouldBe(counts.GetProperty("nnz_train").GetInt64());
        report.TestRows.ShouldBe(counts.GetProperty("all_test_pairs").GetInt64());
        report.TestPairs.ShouldBe(counts.GetProperty("test_pairs").GetInt64());
        report.UsersWithTest.ShouldBe(counts.GetProperty("users_with_test").GetInt32());
        report.Dropped.Single(d => d.Rule == "item not in train").Rows.ShouldBe(counts.GetProperty("artist_not_in_train").GetInt64());
        report.Dropped.Single(d => d.Rule == "user not in train").Rows.ShouldBe(counts.GetProperty("only_user_not_in_train").GetInt64());
        data.Split.TrainLog().Weights.ToArray().Sum(w => (double)w).ShouldBe(counts.GetProperty("train_plays").GetDouble());
    }

    [Theory]
    [InlineData(GoldenCase.Small, "popularity")]
    [InlineData(GoldenCase.Small, "item-item")]
    [InlineData(GoldenCase.Small, "user-cf")]
    [InlineData(GoldenCase.HetRec, "popularity")]
    [InlineData(GoldenCase.HetRec, "item-item")]
    [InlineData(GoldenCase.HetRec, "user-cf")]
    [InlineData(GoldenCase.HetRec, "als linear")]
    [InlineData(GoldenCase.HetRec, "als log")]
    [InlineData(GoldenCase.Small, "als linear")]
    [InlineData(GoldenCase.Small, "als log")]
    public void Models_reach_the_known_metrics_and_lists(string caseName, string family)
    {
        var data = GoldenCase.Load(caseName, output);
        var models = data.Expected.GetProperty("metrics").EnumerateObject()
            .Where(m => m.Name.StartsWith(family, StringComparison.Ordinal))
            .ToArray();
        models.ShouldNotBeEmpty();
        foreach (var (name, expected) in models.Select(m => (m.Name, m.Value)))
        {
            var model = Fit(name, data.Split.Train);

            var result = Evaluator.Evaluate(model, data.Split.Train, data.Split.Test, new EvaluationOptions
            {
                Metrics = [.. MetricNames.Select(n => Metric.Parse(n.Ours))],
            });

            output.WriteLine($"{name}: {string.Join(", ", result.Metrics.Select(m => $"{m.Metric} {m.Value:F4}"))}, {result.Seconds:F2} s");
            foreach (var (golden, ours) in MetricNames)
            {
                var tolerance = golden.StartsWith("epr", StringComparison.Ordinal) ? 0.02 : 2e-4;
                result[ours].ShouldBe(expected.GetProperty(golden).GetDouble(), tolerance, $"{name} {ours}");
            }

            if (data.Expected.GetProperty("lists").TryGetProperty(name, out var lists))
            {
                ListsShouldBeEqual(data, lists, name, model);
            }
        }
    }

    // Equal but for items whose scores differ by no more than the rounding of floats.
    private static void ListsShouldBeEqual(GoldenCase data, JsonElement lists, string modelName, IRecommender model)
    {
        foreach (var list in lists.EnumerateObject())
        {
            var user = data.UserIndex(list.Name);
            var expected = list.Value.EnumerateArray().Select(data.ArtistIndex).ToArray();
            var scores = new float[model.ItemCount];
            model.Score(user, scores);
            var recommended = model.Recommend([user], new RecommendOptions { K = expected.Length })[0];
            recommended.Length.ShouldBe(expected.Length);
            for (var position = 0; position < expected.Length; position++)
            {
                if (recommended[position].ItemIndex != expected[position])
                {
                    scores[expected[position]].ShouldBe(
                        recommended[position].Score,
                        1e-3 * Math.Abs(recommended[position].Score),
                        $"{modelName}, user {list.Name}, position {position}");
                }
            }
        }
    }

    private static IRecommender Fit(string modelName, SparseMatrix train) => modelName switch
    {
        "popularity" => PopularityModel.Fit(train),
        "item-item" => ItemNeighborModel.Fit(train, new ItemNeighborOptions { ScoreUnrelated = true }),
        "user-cf" => UserNeighborModel.Fit(train, new UserNeighborOptions { ScoreUnrelated = true }),
        _ => GoldenAls.Get(train, modelName),
    };
}
