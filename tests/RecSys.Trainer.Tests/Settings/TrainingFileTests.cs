using RecSys.TestKit;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Tests.Settings;

public sealed class TrainingFileTests
{
    [Fact]
    public void A_file_says_what_differs()
    {
        var values = Parse("als:\n  factors: 32 # fewer\n  solver: cg\nmodels: { user-knn: { enabled: true } }\nsplit.test_days: 7\n");

        values.ShouldBe(
            new Dictionary<string, string>
            {
                ["als.factors"] = "32",
                ["als.solver"] = "cg",
                ["models.user-knn.enabled"] = "true",
                ["split.test_days"] = "7",
            },
            ignoreOrder: true);
    }

    [Fact]
    public void The_printed_defaults_are_read_back_as_the_defaults()
    {
        var text = TrainingFile.WriteDefaults();

        Parse(text).ShouldBe(TrainingSettings.All.ToDictionary(setting => setting.Key, setting => setting.DefaultText), ignoreOrder: true);
        foreach (var setting in TrainingSettings.All)
        {
            text.ShouldContain($"  {setting.Key.Split('.')[^1]}: {setting.DefaultText}\n".TrimStart());
        }
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("# nothing\n", null)]
    [InlineData("als:\n  factors: 32\n  faktors: 3\n", "my.yaml:3: als.faktors is not a setting; there are als.factors, als.iterations, ")]
    [InlineData("alz:\n  factors: 32\n", "my.yaml:1: alz is not a setting; there are als.factors, ")]
    [InlineData("als:\n  factors: 0\n", "my.yaml:2: als.factors must be 1 to 1,024, is '0'.")]
    [InlineData("als:\n  factors: [1, 2]\n", "my.yaml:2: als.factors must be 1 to 1,024, is a list or a group.")]
    [InlineData("als:\n", null)]
    [InlineData("als:\n  # factors: 32\nmodels:\n  als:\n", null)]
    [InlineData("? [a, b]\n: c\n", "my.yaml:1: a key must be text")]
    [InlineData("ALS:\n  factors: 32\n", "my.yaml:1: ALS is not a setting; there are als.factors, ")]
    [InlineData("factors: 32\n", "my.yaml:1: factors is not a setting; there are als.factors.")]
    [InlineData("zebra: 32\n", "my.yaml:1: zebra is not a setting; `recsys train --print-config` prints all that there are.")]
    [InlineData("models:\n  user-knn: true\n", "my.yaml:2: models.user-knn is not a setting; there are models.user-knn.enabled, models.user-knn.neighbors.")]
    [InlineData("seed: 1111111111222222222233333333334444444444555555555566666666667\n", "my.yaml:1: seed must be 0 to 2,147,483,647, is '111111111122222222223333333333444444444455555555556666666666…'.")]
    [InlineData("als: 64\n", "my.yaml:1: als is not a setting; there are als.factors, ")]
    [InlineData("als:\n  factors:\n", "my.yaml:2: als.factors must be 1 to 1,024, is empty.")]
    [InlineData("als.factors: 3\nals: { factors: 4 }\n", "my.yaml:2: als.factors stands there twice.")]
    [InlineData("seed: 1\nseed: 2\n", "my.yaml:2: ")]
    [InlineData("als: {\n", "my.yaml:")]
    [InlineData("- als\n", "my.yaml:1: KEY: VALUE is expected")]
    [InlineData("seed: 1\n---\nseed: 2\n", "my.yaml: holds 2 documents")]
    public void A_mistake_is_named_with_its_line(string text, string? error)
    {
        if (error is null)
        {
            Parse(text).ShouldBeEmpty();
        }
        else
        {
            Should.Throw<TrainingFileException>(() => Parse(text)).Message.ShouldStartWith(error);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        using var folder = new TempFolder("config");

        Should.Throw<TrainingFileException>(() => TrainingFile.Read(folder.File("none.yaml"))).Message.ShouldContain("none.yaml can't be read");
    }

    private static IReadOnlyDictionary<string, string> Parse(string text) => TrainingFile.Parse(new StringReader(text), "my.yaml");
}
