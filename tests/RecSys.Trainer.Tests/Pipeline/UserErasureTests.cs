using Microsoft.Extensions.DependencyInjection;
using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Contracts.Trainer.V1;
using RecSys.Data;
using RecSys.Data.Artifacts;
using RecSys.Data.Deletions;
using RecSys.Data.Histories;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.Trainer.Pipeline;

namespace RecSys.Trainer.Tests.Pipeline;

/// <summary>After an erasure nothing of a person is in any file of the lake, any row and any byte of the database.</summary>
public sealed class UserErasureTests(PostgresFixture postgres) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new("erasure");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DatabaseOptions.Sqlite)]
    [InlineData(DatabaseOptions.Postgres)]
    public async Task A_deleted_person_is_nowhere_in_the_end(string provider)
    {
        var database = provider == DatabaseOptions.Postgres ? await postgres.CreateDatabaseAsync() : "";
        (string, string)[] settings = [("Trainer:ErasureGrace", "00:00:00"), ("Trainer:ErasureInterval", "00:00:00.200")];
        await using var trainer = await TrainerHost.StartAsync(
            database.Length > 0 ? [.. settings, ("Database:Provider", provider), ("Database:ConnectionString", database)] : settings);
        var user = TrainerHost.Log.Listeners[0].UserId;
        var other = TrainerHost.Log.Listeners[1].UserId;
        await trainer.FillLakeAsync();
        await ImportAsync(trainer, user, other);
        var rows = (await trainer.Lake.ListAsync()).Sum(segment => segment.Rows);
        var (trained, _) = await trainer.TrainAsync(TrainerHost.Quick());
        await trainer.Host.Services.GetRequiredService<ListenHistoryStore>().AddAsync([new(user, "t", DateTimeOffset.UtcNow.AddHours(-1))], CancellationToken.None);
        (await FindAsync(trainer, database, user)).ShouldContain(found => found.EndsWith(".parquet") || found == "model_artifacts");

        // Whoever reads holds the files, and what is read leaves the person out at once.
        await using (var reader = await trainer.Lake.OpenAsync())
        {
            await Deletions(trainer).DeleteAsync(user, CancellationToken.None);
            using var queries = new LakeQueries(trainer.Lake);
            (await queries.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldNotContain(user);
            (await queries.ReadListensAsync(InteractionQuery.All).CountAsync()).ShouldBeGreaterThan(10_000);
            await trainer.Host.Services.GetRequiredService<UserErasure>().RunAsync(CancellationToken.None);
            (await Deletions(trainer).ReadUnerasedAsync(CancellationToken.None)).ShouldHaveSingleItem("a reader has the files");
        }

        await Wait.UntilAsync(async () => (await Deletions(trainer).ReadUnerasedAsync(CancellationToken.None)).Count == 0, Patience, "the erasure");

        (await FindAsync(trainer, database, user)).ShouldBeEmpty();
        var gone = TrainerHost.Log.Listens.Count(listen => listen.UserId == user) + 3;
        (await trainer.Lake.ListAsync()).Sum(segment => segment.Rows).ShouldBe(rows - gone);
        var ids = (await trainer.Artifacts.ReadTextsAsync(trained.ModelVersion, ArtifactNames.UserIds, CancellationToken.None))!;
        ids.ShouldContain(other);
        ids.Length.ShouldBe((int)trained.UserCount, "indices stay as they are");

        // A refresh and a training go on from what is left; whoever comes back is in the next training.
        (await trainer.TrainAsync(new TrainModelRequest { Refresh = true })).Model.Status.ShouldBe(ModelStatus.Ready);
        (await FindAsync(trainer, database, user)).ShouldBeEmpty();
        await trainer.Lake.AppendAsync([new LakeListen(user, TrainerHost.Log.Listens[0].TrackId, DateTimeOffset.UtcNow.AddMinutes(1))]);
        var (again, _) = await trainer.TrainAsync(TrainerHost.Quick(("evaluation.enabled", "false")));
        (await trainer.Models.ReadUserRecommendationsAsync(again.ModelVersion, user, CancellationToken.None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_training_that_read_a_person_who_is_deleted_meanwhile_does_not_bring_the_person_back()
    {
        await using var trainer = await TrainerHost.StartAsync(("Trainer:ErasureGrace", "00:00:00"), ("Trainer:ErasureInterval", "00:00:00.200"));
        await trainer.FillLakeAsync();
        var user = TrainerHost.Log.Listeners[0].UserId;
        var version = (await trainer.Client.TrainModelAsync(TrainerHost.Quick(("als.iterations", "40")))).ModelVersion;
        await Wait.UntilAsync(async () => (await trainer.GetAsync(version)).Status != ModelStatus.Training
            || Directory.GetFiles(trainer.WorkFolder, "read.bin", SearchOption.AllDirectories).Length > 0, Patience, "the lake to be read");

        await Deletions(trainer).DeleteAsync(user, CancellationToken.None);
        await trainer.WatchAsync(version);

        (await trainer.GetAsync(version)).Status.ShouldBe(ModelStatus.Ready);
        (await trainer.Models.ReadUserRecommendationsAsync(version, user, CancellationToken.None)).ShouldBeNull();
        await Wait.UntilAsync(async () => (await Deletions(trainer).ReadUnerasedAsync(CancellationToken.None)).Count == 0, Patience, "the erasure");
        (await FindAsync(trainer, "", user)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_erasure_that_was_broken_off_is_taken_up_by_the_next_trainer()
    {
        await using var first = await TrainerHost.StartAsync(("Trainer:ErasureGrace", "12:00:00"));
        await first.FillLakeAsync();
        var (gone, half) = (TrainerHost.Log.Listeners[0].UserId, TrainerHost.Log.Listeners[1].UserId);
        await Deletions(first).DeleteAsync(gone, CancellationToken.None);
        await first.Host.Services.GetRequiredService<UserErasure>().RunAsync(CancellationToken.None);
        (await first.Lake.ListRemovedAsync()).ShouldNotBeEmpty("its files wait");
        await first.Host.DisposeAsync();

        await using var next = await TrainerHost.StartAsync(
            ("Database:ConnectionString", $"Data Source={Path.Combine(first.Folder, "recsys.db")}"), ("Lake:Root", Path.Combine(first.Folder, "lake")),
            ("Trainer:ErasureGrace", "00:00:00"), ("Trainer:ErasureInterval", "00:00:00.200"));
        await Deletions(next).DeleteAsync(half, CancellationToken.None);

        await Wait.UntilAsync(async () => (await Deletions(next).ReadUnerasedAsync(CancellationToken.None)).Count == 0, Patience, "the erasure of both");
        (await FindAsync(first, "", gone)).ShouldBeEmpty();
        (await FindAsync(first, "", half)).ShouldBeEmpty();
    }

    private static DeletedUserStore Deletions(TrainerHost trainer) => trainer.Host.Services.GetRequiredService<DeletedUserStore>();

    // An import with the person among others, and one that is the person's alone.
    private async Task ImportAsync(TrainerHost trainer, string user, string other)
    {
        using var queries = new LakeQueries(trainer.Lake);
        foreach (var (name, lines) in ((string, string[])[])[("both", [$"{user},x1,1", $"{other},x1,1", $"{user},x2,1", $"{user},x2,-1"]), ("own", [$"{user},x3,1"])])
        {
            await File.WriteAllLinesAsync(_folder.File($"{name}.csv"), lines.Prepend("user,track,weight"));
            await new LogImporter(queries).ImportAsync("triples", [_folder.File($"{name}.csv")], name);
        }
    }

    /// <summary>The tables and files that have a text anywhere; files of the lake are read as tables, too, as their bytes are compressed.</summary>
    private static async Task<IReadOnlyList<string>> FindAsync(TrainerHost trainer, string postgres, string text)
    {
        var files = Directory.GetFiles(trainer.Folder, "*", SearchOption.AllDirectories);
        var found = DatabaseSearch.InFiles(files, text).ToList();
        if (postgres.Length > 0)
        {
            found.AddRange(await DatabaseSearch.InPostgresAsync(postgres, text));
        }

        using var engine = QueryEngine.Open(new LakeEngineOptions { Threads = 1 });
        using var connection = engine.Connect();
        found.AddRange(files.Where(file => file.EndsWith(".parquet", StringComparison.Ordinal)).Where(file => connection.QueryLong(
            $"SELECT count(*) FROM (SELECT found::VARCHAR AS line FROM {SqlText.Parquet(file)} AS found) WHERE contains(line, ?)", CancellationToken.None, text) > 0));
        return found;
    }
}
