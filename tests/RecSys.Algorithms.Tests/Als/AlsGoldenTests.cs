using RecSys.Algorithms.Tests.Golden;

namespace RecSys.Algorithms.Tests.Als;

/// <summary>ALS against values that separate programs computed in double precision.</summary>
public sealed class AlsGoldenTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(GoldenCase.Small)]
    [InlineData(GoldenCase.HetRec)]
    public void Loss_of_every_iteration_and_setting_equals_the_golden_value(string caseName)
    {
        var data = GoldenCase.Load(caseName, output);
        foreach (var setting in data.Expected.GetProperty("loss").EnumerateObject())
        {
            var model = GoldenAls.Get(data.Split.Train, setting.Name);
            var expected = setting.Value.EnumerateArray().Select(value => value.GetDouble()).ToArray();
            var worst = expected.Zip(model.Losses, (a, b) => Math.Abs((a - b) / a)).Max();
            output.WriteLine($"{setting.Name}: worst relative error {worst:g3}");
            worst.ShouldBeLessThan(1e-3, setting.Name);
        }
    }

    [Theory]
    [InlineData(GoldenCase.Small)]
    [InlineData(GoldenCase.HetRec)]
    public void Lists_and_scores_equal_the_golden_values(string caseName)
    {
        var data = GoldenCase.Load(caseName, output);
        foreach (var lists in data.Expected.GetProperty("list_scores").EnumerateObject())
        {
            var model = GoldenAls.Get(data.Split.Train, lists.Name);
            foreach (var list in lists.Value.EnumerateObject())
            {
                var user = data.UserIndex(list.Name);
                var artists = data.Expected.GetProperty("lists").GetProperty(lists.Name).GetProperty(list.Name).EnumerateArray().ToArray();
                var scores = list.Value.EnumerateArray().Select(value => value.GetSingle()).ToArray();

                var actual = model.Recommend([user], new RecommendOptions { K = scores.Length })[0];

                actual.Length.ShouldBe(scores.Length);
                for (var place = 0; place < scores.Length; place++)
                {
                    // An item of nearly the same score may stand in its place, but its score may not differ.
                    var tolerance = 1e-3 * Math.Abs(scores[place]);
                    actual[place].Score.ShouldBe(scores[place], tolerance, $"{lists.Name}, user {list.Name}, place {place}");
                    model.Score(user, data.ArtistIndex(artists[place])).ShouldBe(scores[place], tolerance);
                }
            }
        }
    }

    [Theory]
    [InlineData(GoldenCase.Small)]
    [InlineData(GoldenCase.HetRec)]
    public void Explanations_equal_the_golden_values(string caseName)
    {
        var data = GoldenCase.Load(caseName, output);
        var explain = data.Expected.GetProperty("explain");
        var model = GoldenAls.Get(data.Split.Train, explain.GetProperty("model").GetString()!);
        foreach (var user in explain.GetProperty("users").EnumerateObject())
        {
            var userIndex = data.UserIndex(user.Name);
            var item = data.ArtistIndex(user.Value.GetProperty("artistID"));
            var top = user.Value.GetProperty("top5").EnumerateArray().ToArray();

            var explanation = model.Explain(userIndex, item, top.Length);

            explanation.Score.ShouldBe(user.Value.GetProperty("score").GetSingle(), 1e-3f);
            model.Score(userIndex, item).ShouldBe(user.Value.GetProperty("model_score").GetSingle(), 1e-3f);
            for (var i = 0; i < top.Length; i++)
            {
                var contribution = explanation.Contributions[i];
                contribution.ItemIndex.ShouldBe(data.ArtistIndex(top[i].GetProperty("artistID")));
                contribution.Confidence.ShouldBe(top[i].GetProperty("confidence").GetSingle(), 1e-3f * contribution.Confidence);
                contribution.Contribution.ShouldBe(top[i].GetProperty("contribution").GetSingle(), 1e-3f * Math.Abs(contribution.Contribution));
            }
        }
    }
}
