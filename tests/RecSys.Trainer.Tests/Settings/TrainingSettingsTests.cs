using Grpc.Core;
using RecSys.Hosting.Errors;
using RecSys.TestKit;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Tests.Settings;

public sealed class TrainingSettingsTests
{
    [Fact]
    public void Nothing_given_means_the_defaults()
    {
        var settings = TrainingSettings.Read(new Dictionary<string, string>());

        settings.ToText().ShouldBe(TrainingSettings.All.ToDictionary(setting => setting.Key, setting => setting.DefaultText), ignoreOrder: true);
        settings.Get(TrainingSettings.AlsFactors).ShouldBe(64);
        settings.Get(TrainingSettings.AlsConfidence).ShouldBe(ConfidenceChoice.Log);
        settings.Get(TrainingSettings.Evaluate).ShouldBeTrue();
    }

    [Fact]
    public void Given_values_replace_defaults_and_are_written_back_as_text()
    {
        var settings = TrainingSettings.Read(new Dictionary<string, string>
        {
            ["als.factors"] = "16",
            ["als.regularization"] = "1.5e2",
            ["als.confidence"] = "linear",
            ["als.solver"] = "cg",
            ["evaluation.enabled"] = "false",
        });

        settings.Get(TrainingSettings.AlsFactors).ShouldBe(16);
        settings.Get(TrainingSettings.AlsRegularization).ShouldBe(150);
        settings.Get(TrainingSettings.AlsConfidence).ShouldBe(ConfidenceChoice.Linear);
        settings.Get(TrainingSettings.AlsSolver).ShouldBe(SolverChoice.Cg);
        settings.Get(TrainingSettings.Evaluate).ShouldBeFalse();
        var text = settings.ToText();
        text["als.regularization"].ShouldBe("150");
        TrainingSettings.Read(text).ToText().ShouldBe(text, ignoreOrder: true);
    }

    [Fact]
    public void Every_unknown_key_and_bad_value_is_named()
    {
        var given = new Dictionary<string, string>
        {
            ["als.factors"] = "0",
            ["als.faktors"] = "64",
            ["als.alpha"] = "NaN",
            ["als.confidence"] = "1",
            ["seed"] = "one",
            ["evaluation.enabled"] = "yes",
            ["threads"] = "2",
        };

        var refused = Should.Throw<RecSysException>(() => TrainingSettings.Read(given));

        refused.Code.ShouldBe(StatusCode.InvalidArgument);
        refused.Violations.Select(violation => violation.Field).ShouldBe(
            ["settings[als.alpha]", "settings[als.confidence]", "settings[als.factors]", "settings[als.faktors]", "settings[evaluation.enabled]", "settings[seed]"]);
        refused.Violations.Single(violation => violation.Field == "settings[als.factors]").Description.ShouldBe("must be 1 to 1,024, is '0'");
        refused.Violations.Single(violation => violation.Field == "settings[als.confidence]").Description.ShouldBe("must be linear or log or uniform, is '1'");
        refused.Violations.Single(violation => violation.Field == "settings[als.faktors]").Description.ShouldContain("als.factors");
    }

    [Fact]
    public void A_blend_needs_a_weight_above_0()
    {
        var given = new Dictionary<string, string> { ["blend.als"] = "0", ["blend.similar"] = "0", ["blend.popular"] = "0" };

        var refused = Should.Throw<RecSysException>(() => TrainingSettings.Read(given));

        refused.Violations.Single().Field.ShouldBe("settings[blend.als]");
    }

    [Fact]
    public void Every_default_is_allowed_and_every_key_is_there_once()
    {
        TrainingSettings.All.Select(setting => setting.Key).ShouldBeUnique();
        foreach (var setting in TrainingSettings.All)
        {
            setting.TryParse(setting.DefaultText).ShouldNotBeNull(setting.Key);
            setting.Meaning.ShouldNotBeEmpty(setting.Key);
        }
    }

    [Fact]
    public void The_document_describes_every_setting_as_it_is()
    {
        var document = File.ReadAllText(Checkout.PathTo("docs", "training.md"));
        foreach (var setting in TrainingSettings.All)
        {
            document.ShouldContain($"| `{setting.Key}` | {setting.DefaultText} | {setting.Allowed} | {setting.Meaning} |", Case.Sensitive, setting.Key);
        }
    }
}
