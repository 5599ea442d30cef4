using RecSys.Trainer.Ranker;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Tests.Ranker;

public sealed class ExamplesTests
{
    // One draw for both made the validation users the users of the first fold.
    [Fact]
    public void Validation_users_are_of_all_folds()
    {
        var settings = TrainingSettings.Read(new Dictionary<string, string> { ["seed"] = "7" });

        var parts = Enumerable.Range(0, 10_000).Select(user => Examples.PartOf(user, settings)).ToArray();

        for (var fold = 0; fold < Examples.FoldCount; fold++)
        {
            parts.Count(part => part.Fold == fold).ShouldBeInRange(1_850, 2_150);
            parts.Count(part => part.Fold == fold && part.IsValidation).ShouldBeInRange(320, 480);
        }

        parts.ShouldBe(Enumerable.Range(0, 10_000).Select(user => Examples.PartOf(user, settings)));
    }
}
