using RecSys.Data.Artifacts;
using RecSys.TestKit;
using RecSys.TestKit.Models;
using RecSys.Trainer.Tests.Pipeline;

namespace RecSys.Trainer.Tests.Ranker;

/// <summary>A trainer on a machine on which LightGBM's library can't be loaded.</summary>
public sealed class MissingLibraryTests
{
    [Fact]
    public async Task A_training_says_what_to_install_and_makes_a_version_that_the_blend_ranks()
    {
        using var folder = new TempFolder("no-library");
        await using var database = await SampleDatabase.CreateSqliteAsync();
        using (var lake = new Lake.ListenLake(folder.File("lake"), database.Segments))
        {
            await lake.AppendAsync(TrainerHost.Log.Listens);
        }

        // The loader finds this one first, and it is no library.
        File.WriteAllText(Path.Combine(folder.CreateFolder("libraries"), "libgomp.so.1"), "no library");
        await using var trainer = await TrainerProcess.StartAsync(
            folder, database, KeyValuePair.Create<string, string?>("LD_LIBRARY_PATH", folder.File("libraries")));

        var version = (await trainer.Client.TrainModelAsync(TrainerHost.Quick(("ranker.enabled", "true")))).ModelVersion;
        await trainer.WatchAsync(version, _ => false);

        var model = (await database.Models.GetAsync(version, CancellationToken.None)).ShouldNotBeNull();
        model.Status.ShouldBe(Data.Models.ModelStatus.Ready, model.Error);
        (await database.Models.GetActiveAsync(CancellationToken.None)).ShouldNotBeNull().Version.ShouldBe(version);
        (await database.Artifacts.ReadBytesAsync(version, ArtifactNames.RankerTrees, CancellationToken.None)).ShouldBeNull();
        model.Settings.Keys.ShouldContain("blend.als");
        trainer.Output.ShouldContain("apt-get install libgomp1");
    }
}
