using RecSys.Cli.Tests.Models;
using RecSys.TestKit;

[assembly: AssemblyFixture(typeof(TrainedFolder))]

namespace RecSys.Cli.Tests.Models;

/// <summary>A data folder with a small log and a model, made once for all tests of this folder, which only read it.</summary>
public sealed class TrainedFolder : IAsyncLifetime
{
    private readonly TempFolder _folder = new("cli-exports");

    public string Data => _folder.File("data");

    public string Version { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        SmallLog.Write(_folder.File("log.csv"));
        await Tool.JsonAsync("import", "triples", _folder.File("log.csv"), "--data", Data);
        var model = await Tool.JsonAsync(
            "train", "--data", Data, "--set", "als.factors=8", "evaluation.enabled=false", "lists.personal=12",
            "ranker.windows=1", "ranker.trees=20", "ranker.enough_users=0");
        Version = model.GetProperty("modelVersion").GetString()!;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
