using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RecSys.TestKit;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Tests.Pipeline;

public sealed class CheckpointStoreTests : IDisposable
{
    private static readonly string[] Files = ["listens/a.parquet", "listens/b.parquet"];

    private readonly TempFolder _folder = new("checkpoints");

    [Fact]
    public void A_finished_step_is_found_again_with_the_same_settings()
    {
        using (var begun = Store().Open(SettingsOf(), Files, heededDeletions: 0))
        {
            begun.Steps.ShouldBeEmpty();
            begun.Finish("numbers", writer => writer.WriteArray([1, 2, 3]), TimeSpan.FromSeconds(1.5));
        }

        using (var other = Store().Open(SettingsOf(("seed", "7")), Files, heededDeletions: 0))
        {
            other.Steps.ShouldBeEmpty("other settings are another training");
        }

        using var again = Store().Open(SettingsOf(), [.. Files, "listens/c.parquet"], heededDeletions: 0);
        again.Steps.ShouldBe([new FinishedStep("numbers", 1.5)], "files that came since don't matter");
        again.Read("numbers", reader => reader.ReadArray<int>()).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void An_outcome_counts_only_once_its_step_is_finished()
    {
        using (var begun = Store().Open(SettingsOf(), Files, heededDeletions: 0))
        {
            CheckpointWriter.WriteFile(begun.PathOf("numbers"), writer => writer.WriteArray([1]));
        }

        using var again = Store().Open(SettingsOf(), Files, heededDeletions: 0);
        again.Steps.ShouldBeEmpty();
    }

    [Fact]
    public void Steps_after_one_that_the_plan_has_and_the_earlier_training_had_not_are_done_again()
    {
        using (var begun = Store().Open(SettingsOf(), Files, heededDeletions: 0))
        {
            begun.Finish("read", writer => writer.WriteInt64(1), TimeSpan.Zero);
            begun.Finish("lists", writer => writer.WriteInt64(2), TimeSpan.Zero);
        }

        using var again = Store().Open(SettingsOf(), Files, heededDeletions: 0);
        again.KeepOnly(["read", "ranker", "lists"]);
        again.Finish("ranker", writer => writer.WriteInt64(3), TimeSpan.Zero);

        again.Steps.Select(step => step.Name).ShouldBe(["read", "ranker"]);
    }

    [Theory]
    [InlineData("a file is gone")]
    [InlineData("a file was replaced")]
    [InlineData("it is too old")]
    [InlineData("the manifest is damaged")]
    [InlineData("somebody was deleted")]
    public void A_training_begins_afresh_when(string reason)
    {
        using (var begun = Store().Open(SettingsOf(), Files, heededDeletions: 0))
        {
            begun.Finish("numbers", writer => writer.WriteArray([1]), TimeSpan.Zero);
        }

        if (reason == "the manifest is damaged")
        {
            File.WriteAllText(Directory.GetFiles(_folder.Path, "manifest.json", SearchOption.AllDirectories).Single(), "{");
        }

        string[] files = reason switch
        {
            "a file is gone" => [Files[0]],
            "a file was replaced" => [Files[0], "listens/d.parquet"],
            _ => Files,
        };
        using var again = Store(reason == "it is too old" ? TimeSpan.Zero : TimeSpan.FromDays(1)).Open(
            SettingsOf(), files, heededDeletions: reason == "somebody was deleted" ? 1 : 0);

        again.Steps.ShouldBeEmpty();
        Directory.GetFiles(_folder.Path, "numbers*", SearchOption.AllDirectories).ShouldBeEmpty("what must not be taken up is removed");
    }

    [Fact]
    public void A_damaged_outcome_is_removed_and_named()
    {
        using (var begun = Store().Open(SettingsOf(), Files, heededDeletions: 0))
        {
            begun.Finish("numbers", writer => writer.WriteArray([1, 2, 3]), TimeSpan.Zero);
            File.WriteAllBytes(begun.PathOf("numbers"), [3]);
            Should.Throw<InvalidDataException>(() => begun.Read("numbers", reader => reader.ReadArray<int>())).Message.ShouldContain("Start the training again");
        }

        using var again = Store().Open(SettingsOf(), Files, heededDeletions: 0);
        again.Steps.ShouldBeEmpty();
    }

    [Fact]
    public void A_folder_that_another_process_uses_is_refused()
    {
        using var begun = Store().Open(SettingsOf(), Files, heededDeletions: 0);

        Should.Throw<WorkFolderException>(() => Store().Open(SettingsOf(("seed", "7")), Files, heededDeletions: 0)).Message.ShouldContain("Trainer:WorkFolder");
    }

    public void Dispose() => _folder.Dispose();

    private static TrainingSettings SettingsOf(params (string Key, string Value)[] settings) =>
        TrainingSettings.Read(settings.ToDictionary(setting => setting.Key, setting => setting.Value));

    private CheckpointStore Store(TimeSpan? resumeWithin = null) => new(
        Options.Create(new TrainerOptions { WorkFolder = _folder.Path, ResumeWithin = resumeWithin ?? TimeSpan.FromDays(1) }),
        TimeProvider.System,
        NullLogger<CheckpointStore>.Instance);
}
