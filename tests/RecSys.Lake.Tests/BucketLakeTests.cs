using RecSys.Analytics.Exposures;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Data.Deletions;
using RecSys.Lake.Storage;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Lake.Tests;

/// <summary>A lake in a bucket that several processes use, each with a folder of its own.</summary>
public sealed class BucketLakeTests(S3Fixture s3) : IClassFixture<S3Fixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    private SampleDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await SampleDatabase.OpenSqliteAsync(_folder.File("recsys.db"));

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_one_appends_the_other_reads()
    {
        var server = await s3.GetServerAsync();
        using var ingest = Open(server, "ingest");
        using var trainer = Open(server, "trainer");
        using var queries = new LakeQueries(trainer);
        await ingest.CheckAccessAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ingest.AppendAsync(
            [new LakeListen("ann", $"t-{i}", Noon.AddDays(i % 3))], TestContext.Current.CancellationToken)));
        server.Keys().Count(key => key.StartsWith(_prefix)).ShouldBe((await ingest.ListAsync(TestContext.Current.CancellationToken)).Count);

        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(20);

        // Nothing is fetched again, and what is new comes.
        var before = Directory.GetFiles(trainer.RootFolder, "*.parquet", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        await ingest.AppendAsync([new LakeListen("ben", "t-1", Noon)], TestContext.Current.CancellationToken);
        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(21);
        before.ShouldAllBe(file => File.GetLastWriteTimeUtc(file.Key) == file.Value);
    }

    [Fact]
    public async Task Exposures_are_fetched_by_who_asks_for_them_and_swept_when_nobody_knows_them()
    {
        var server = await s3.GetServerAsync();
        using var ingest = Open(server, "ingest");
        using var trainer = Open(server, "trainer");
        using var queries = new LakeQueries(trainer);
        var known = await ingest.WriteAsync([new LakeExposure("slate", "ann", Noon, "t-1", 1) { Sources = ["als"] }], TestContext.Current.CancellationToken);
        await ingest.WriteAsync([new LakeExposure("lost", "ann", Noon, "t-1", 1)], TestContext.Current.CancellationToken);
        await _database.Segments.SwapAsync([known], [], TestContext.Current.CancellationToken);

        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        Directory.Exists(Path.Combine(trainer.RootFolder, "exposures")).ShouldBeFalse("what only listens are asked of needs no exposures");
        (await new ExposureOutcomes(queries).ReportAsync(ExposureQuery.All, TestContext.Current.CancellationToken)).Total.Shown.ShouldBe(1);

        server.Keys().Count(key => key.StartsWith(_prefix + "/exposures/date=2026-03-01/")).ShouldBe(2);
        (await ingest.SweepAsync(TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken)).ShouldBe(1);
        server.Keys().Count(key => key.StartsWith(_prefix)).ShouldBe(1);
    }

    [Fact]
    public async Task An_import_is_seen_whole_and_its_replacement_takes_its_place()
    {
        var server = await s3.GetServerAsync();
        using var importing = Open(server, "importing");
        using var importQueries = new LakeQueries(importing);
        using var trainer = Open(server, "trainer");
        using var queries = new LakeQueries(trainer);
        foreach (var rows in new[] { 3, 5 })
        {
            var file = _folder.File("log.csv");
            await File.WriteAllLinesAsync(
                file, Enumerable.Range(0, rows).Select(i => $"user-{i},track-{i},1").Prepend("user,item,weight"), TestContext.Current.CancellationToken);
            await new LogImporter(importQueries).ImportAsync("triples", [file], new ImportOptions(), TestContext.Current.CancellationToken);
            (await trainer.ListImportsAsync()).ShouldBe(["triples"]);
            (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(rows);
        }

        // The set that was replaced stays for those who read it, and then nothing of it is left, in the bucket and in both folders.
        Sets().ShouldBe(2);
        (await trainer.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken)).ShouldBe(1);
        Sets().ShouldBe(1);
        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(5);
        Directory.GetDirectories(Path.Combine(trainer.RootFolder, "imports", "triples")).Length.ShouldBe(1);

        int Sets() => server.Keys().Where(key => key.StartsWith($"{_prefix}/imports/")).Select(key => key.Split('/')[3]).Distinct().Count();
    }

    [Fact]
    public async Task A_bucket_is_compacted_and_a_user_deleted_from_it_while_another_process_reads()
    {
        var server = await s3.GetServerAsync();
        using var trainer = Open(server, "trainer");
        using var queries = new LakeQueries(trainer);
        using var other = Open(server, "other");
        using var otherQueries = new LakeQueries(other);
        for (var call = 0; call < 5; call++)
        {
            await other.AppendAsync([new LakeListen("ann", $"t-{call}", Noon), new LakeListen("ben", $"t-{call}", Noon)], TestContext.Current.CancellationToken);
        }

        await using (await otherQueries.PinAsync(TestContext.Current.CancellationToken))
        {
            var upkeep = new LakeUpkeep(queries);
            (await upkeep.CompactAsync(new CompactionOptions { Grace = TimeSpan.Zero }, TestContext.Current.CancellationToken)).SegmentsAfter.ShouldBe(1);
            await _database.Deletions.DeleteAsync("ann", TestContext.Current.CancellationToken);
            (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(5, "readers leave ann out before the files do");
            var deleted = new DeletedUsers(await _database.Deletions.ReadUnerasedAsync(TestContext.Current.CancellationToken));
            (await upkeep.EraseAsync(deleted, TestContext.Current.CancellationToken)).Rows.ShouldBe(5);
            (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(5);
            (await otherQueries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(10, "who reads goes on reading what there was");
            server.Keys().Count(key => key.StartsWith(_prefix)).ShouldBe(7);
        }

        await other.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        server.Keys().Count(key => key.StartsWith(_prefix)).ShouldBe(1, "of ann nothing is left");
        await _database.Deletions.FinishAsync(await _database.Deletions.ReadUnerasedAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        (await otherQueries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(5);
        Directory.GetFiles(other.RootFolder, "*.parquet", SearchOption.AllDirectories).Length.ShouldBe(1);
    }

    [Fact]
    public async Task What_an_interrupted_process_left_in_the_bucket_is_removed()
    {
        var server = await s3.GetServerAsync();
        using var lake = Open(server, "cache");
        using var queries = new LakeQueries(lake);
        await lake.AppendAsync([new LakeListen("ann", "t", Noon)], TestContext.Current.CancellationToken);
        var left = await lake.WriteAsync([new LakeListen("ann", "never-added", Noon)], TestContext.Current.CancellationToken);
        server.Keys().ShouldContain($"{_prefix}/{left.Path}");

        (await lake.SweepAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken)).ShouldBe(0, "it may be on its way");
        (await lake.SweepAsync(TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(-5), TestContext.Current.CancellationToken)).ShouldBe(1);

        server.Keys().ShouldNotContain($"{_prefix}/{left.Path}");
        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    private ListenLake Open(S3Server server, string process) => ListenLake.Open(
        new LakeOptions { Root = $"s3://{S3Server.Bucket}/{_prefix}", Cache = _folder.File(process) }, new S3Options { Endpoint = server.Endpoint }, _database.Segments);
}
