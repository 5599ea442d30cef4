using System.Globalization;
using System.Text.Json;
using RecSys.Algorithms.Als;
using RecSys.Algorithms.Tests.Golden;

namespace RecSys.Algorithms.Tests.Als;

/// <summary>ALS against values that separate programs computed in double precision.</summary>
public sealed class AlsGoldenTests(ITestOutputHelper output)
{
    [Fact]
    public void Loss_of_every_iteration_and_setting_equals_the_golden_value()
    {
        if (!TryLoad(out var split, out var golden))
        {
            return;
        }

        foreach (var setting in golden.RootElement.GetProperty("loss").EnumerateObject())
        {
            var model = Fit(split, setting.Name, computeLoss: true);
            var expected = setting.Value.EnumerateArray().Select(value => value.GetDouble()).ToArray();
            var worst = expected.Zip(model.Losses, (a, b) => Math.Abs((a - b) / a)).Max();
            output.WriteLine($"{setting.Name}: worst relative error {worst:g3}");
            worst.ShouldBeLessThan(1e-3, setting.Name);
        }
    }

    [Fact]
    public void Lists_and_scores_equal_the_golden_values()
    {
        if (!TryLoad(out var split, out var golden))
        {
            return;
        }

        foreach (var (name, lists, scores) in GoldenLists(golden))
        {
            var model = Fit(split, name);
            foreach (var list in lists.EnumerateObject())
            {
                var user = Array.BinarySearch(split.UserIds, int.Parse(list.Name, CultureInfo.InvariantCulture));
                var expectedScores = scores.GetProperty(list.Name).EnumerateArray().Select(value => value.GetSingle()).ToArray();
                var actual = model.Recommend([user], new RecommendOptions { K = 10 })[0];
                var place = 0;
                foreach (var artist in list.Value.EnumerateArray())
                {
                    var expected = expectedScores[place];
                    actual[place].Score.ShouldBe(expected, 1e-3 * Math.Abs(expected));
                    var item = Array.BinarySearch(split.ItemIds, artist.GetInt32());
                    model.Score(user, item).ShouldBe(expected, 1e-3 * Math.Abs(expected));
                    place++;
                }
            }
        }
    }

    [Fact]
    public void Explanations_equal_the_golden_values()
    {
        if (!TryLoad(out var split, out var golden))
        {
            return;
        }

        var explain = golden.RootElement.GetProperty("explain");
        var model = Fit(split, explain.GetProperty("model").GetString()!);
        foreach (var user in explain.GetProperty("users").EnumerateObject())
        {
            var userIndex = Array.BinarySearch(split.UserIds, int.Parse(user.Name, CultureInfo.InvariantCulture));
            var item = Array.BinarySearch(split.ItemIds, user.Value.GetProperty("artistID").GetInt32());
            var top = user.Value.GetProperty("top5").EnumerateArray().ToArray();

            var explanation = model.Explain(userIndex, item, top.Length);

            explanation.Score.ShouldBe(user.Value.GetProperty("score").GetSingle(), 1e-3f);
            model.Score(userIndex, item).ShouldBe(user.Value.GetProperty("model_score").GetSingle(), 1e-3f);
            for (var i = 0; i < top.Length; i++)
            {
                var contribution = explanation.Contributions[i];
                split.ItemIds[contribution.ItemIndex].ShouldBe(top[i].GetProperty("artistID").GetInt32());
                contribution.Confidence.ShouldBe(top[i].GetProperty("confidence").GetSingle(), 1e-3f * contribution.Confidence);
                contribution.Contribution.ShouldBe(top[i].GetProperty("contribution").GetSingle(), 1e-3f * contribution.Contribution);
            }
        }
    }

    private static IEnumerable<(string Name, JsonElement Lists, JsonElement Scores)> GoldenLists(JsonDocument golden)
    {
        var scores = golden.RootElement.GetProperty("list_scores");
        foreach (var lists in golden.RootElement.GetProperty("lists").EnumerateObject())
        {
            if (lists.Name.StartsWith("als", StringComparison.Ordinal))
            {
                yield return (lists.Name, lists.Value, scores.GetProperty(lists.Name));
            }
        }
    }

    /// <summary>Fits the model of a name such as <c>als log alpha=10 f=32</c>.</summary>
    private static AlsModel Fit(HetRecSplit split, string name, bool computeLoss = false)
    {
        var words = name.Split(' ');
        var factorCount = int.Parse(words[3][2..], CultureInfo.InvariantCulture);
        var settings = new AlsSettings
        {
            Confidence = words[1] == "log" ? AlsConfidence.Log : AlsConfidence.Linear,
            Alpha = float.Parse(words[2]["alpha=".Length..], CultureInfo.InvariantCulture),
            FactorCount = factorCount,
            Regularization = 0.1f,
            Iterations = 10,
            ComputeLoss = computeLoss,
        };
        return AlsModel.Fit(split.Train, settings, new AlsStart(GoldenInitialization(split.Train.ColumnCount, factorCount)));
    }

    private static FactorMatrix GoldenInitialization(int itemCount, int factorCount)
    {
        var factors = new float[itemCount * factorCount];
        for (var r = 0; r < itemCount; r++)
        {
            for (var k = 0; k < factorCount; k++)
            {
                var x = Math.Sin((12.9898 * (r + 1)) + (78.233 * (k + 1))) * 43758.5453;
                factors[(r * factorCount) + k] = (float)(0.01 * (x - Math.Floor(x) - 0.5));
            }
        }

        return FactorMatrix.FromRows(itemCount, factorCount, factors);
    }

    private bool TryLoad(out HetRecSplit split, out JsonDocument golden)
    {
        var path = GoldenFiles.Find("golden/hetrec.json");
        var loaded = path is null ? null : HetRecSplit.Load();
        split = loaded!;
        golden = loaded is null ? null! : JsonDocument.Parse(File.ReadAllText(path!));
        if (loaded is null)
        {
            output.WriteLine("../shared/golden or ../shared/data is absent: only the committed cases of AlsReferenceTests run.");
        }

        return loaded is not null;
    }
}
