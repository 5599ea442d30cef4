using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Lake.Storage;
using RecSys.TestKit;

namespace RecSys.Lake.Tests;

/// <summary>A lake in a bucket that several processes use, each with a folder of its own.</summary>
public sealed class BucketLakeTests(S3Fixture s3) : IClassFixture<S3Fixture>, IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_one_appends_the_other_reads_after_a_refresh()
    {
        var server = await s3.GetServerAsync();
        using var ingest = Open(server, "ingest");
        using var trainer = Open(server, "trainer");
        using var queries = new LakeQueries(trainer);
        await ingest.CheckAccessAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ingest.AppendAsync(
            [new LakeListen("ann", $"t-{i}", Noon.AddDays(i % 3))], TestContext.Current.CancellationToken)));
        server.Keys().Count(key => key.StartsWith(_prefix)).ShouldBeGreaterThanOrEqualTo(3);
        trainer.IsEmpty.ShouldBeTrue();

        await trainer.RefreshAsync(TestContext.Current.CancellationToken);
        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(20);

        // Nothing is fetched again that is the same, and what is new comes.
        var before = Directory.GetFiles(trainer.RootFolder, "*.parquet", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        await ingest.AppendAsync([new LakeListen("ben", "t-1", Noon)], TestContext.Current.CancellationToken);
        await trainer.RefreshAsync(TestContext.Current.CancellationToken);
        before.ShouldAllBe(file => File.GetLastWriteTimeUtc(file.Key) == file.Value);
        (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(21);
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
            await trainer.RefreshAsync(TestContext.Current.CancellationToken);
            trainer.ListImports().ShouldBe(["triples"]);
            (await queries.CountListensAsync(TestContext.Current.CancellationToken)).ShouldBe(rows);
        }

        // Of the set that was replaced nothing is left.
        server.Keys().Where(key => key.StartsWith($"{_prefix}/imports/")).Select(key => key.Split('/')[3]).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_user_is_not_deleted_from_a_bucket_by_half()
    {
        using var lake = Open(await s3.GetServerAsync(), "cache");
        using var queries = new LakeQueries(lake);
        var failure = await Should.ThrowAsync<IOException>(() => new LakeUpkeep(queries).DeleteUserAsync("ann", TestContext.Current.CancellationToken));
        failure.Message.ShouldContain($"s3://{S3Server.Bucket}/{_prefix}");
    }

    private ListenLake Open(S3Server server, string process) => ListenLake.Open(
        new LakeOptions { Root = $"s3://{S3Server.Bucket}/{_prefix}", Cache = _folder.File(process) }, new S3Options { Endpoint = server.Endpoint });
}
