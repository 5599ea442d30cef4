using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Reports;
using RecSys.Analytics.Upkeep;
using RecSys.Data.Deletions;
using RecSys.Data.Segments;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Analytics.Tests.Upkeep;

/// <summary>What deletions in the database do to the lake: at once for readers, later for files, and for what is added afterwards.</summary>
public sealed class ErasureTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private SampleDatabase _database = null!;
    private ListenLake _lake = null!;
    private LakeQueries _queries = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await SampleDatabase.OpenSqliteAsync(_folder.File("recsys.db"));
        _lake = new ListenLake(_folder.File("lake"), _database.Segments, new LakeEngineOptions { Threads = 2 });
        _queries = new LakeQueries(_lake);
    }

    public async ValueTask DisposeAsync()
    {
        _queries.Dispose();
        _lake.Dispose();
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Of_a_person_who_came_back_only_what_was_deleted_goes_from_readers_and_from_files()
    {
        // Numbers of users are places in a file: ann, ben, cleo, dora, eve. Ben is gone, cleo came back.
        var moment = DateTimeOffset.UtcNow;
        string[] users = ["ann", "ben", "cleo", "dora", "eve"];
        await ImportAsync("log", [.. users.SelectMany(user => new[] { $"{user},old,1,{moment.AddHours(-1):O}", $"{user},older,2,{moment.AddHours(-2):O}" }), $"cleo,new,1,{moment.AddHours(2):O}"]);
        await _lake.AppendAsync([new LakeListen("ben", "own", moment.AddHours(-1)), new LakeListen("eve", "own", moment.AddHours(-1)), new LakeListen("cleo", "own", moment.AddHours(3))]);
        await _lake.AppendAsync([new LakeListen("ben", "untimed", LakeListen.UnknownTime), new LakeListen("cleo", "untimed", LakeListen.UnknownTime)]);
        foreach (var user in (string[])["ben", "cleo"])
        {
            await _database.Deletions.DeleteAsync(user, CancellationToken.None);
        }

        string[] expected = ["ann old", "ann older", "cleo new", "cleo own", "dora old", "dora older", "eve old", "eve older", "eve own"];
        await ShouldBeReadAsync(expected);

        var report = await new LakeUpkeep(_queries).EraseAsync(new DeletedUsers(await _database.Deletions.ReadUnerasedAsync(CancellationToken.None)));

        (report.Rows, report.Segments).ShouldBe((7, 2), "ben has four listens, cleo three");
        report.Imports.ShouldBe(["log"]);
        (await _lake.ListAsync()).Sum(segment => segment.Rows).ShouldBe(expected.Length);
        await _database.Deletions.FinishAsync(await _database.Deletions.ReadUnerasedAsync(CancellationToken.None), CancellationToken.None);
        await ShouldBeReadAsync(expected);
        var import = (await _queries.FindImportAsync("log"))!.Report;
        (import.Rows, import.Kept, import.Users, import.Tracks, import.Plays).ShouldBe((11, 7, 4, 3, 10));
        import.Rules[^1].ShouldSatisfyAllConditions(rule => (rule.Rule, rule.Dropped, rule.Before, rule.After).ShouldBe((ImportRules.DeletedUser, 4, 11, 7)));
        (await new LakeUpkeep(_queries).EraseAsync(Deletion.At(moment, "ben"))).Rows.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_deleted_does_not_come_back_by_an_import_or_a_file_also_once_its_id_is_forgotten(bool isErased)
    {
        var deletion = (await _database.Deletions.DeleteAsync("ben", CancellationToken.None)).Deleted;
        if (isErased)
        {
            await _database.Deletions.FinishAsync([deletion], CancellationToken.None);
        }

        var log = await ImportAsync("log", [$"ann,t,1,{deletion.DeletedAt.AddDays(-1):O}", $"ben,t,1,{deletion.DeletedAt.AddDays(-1):O}", $"ben,later,1,{deletion.DeletedAt.AddSeconds(5):O}"]);
        (log.Kept, log.Users, log.Rules.Single(rule => rule.Rule == ImportRules.DeletedUser).Dropped).ShouldBe((2, 2, 1));
        var untimed = await ImportAsync("untimed", ["ann,t2,1", "ben,t2,1"]);
        (untimed.Kept, untimed.Users).ShouldBe((1, 1));
        (await Should.ThrowAsync<LakeInputException>(() => ImportAsync("own", ["ben,t3,1"]))).Message.ShouldContain("people only whose data was deleted");

        using (var engine = QueryEngine.Open(new LakeEngineOptions { Threads = 1 }))
        using (var connection = engine.Connect())
        {
            connection.Execute(
                $"COPY (SELECT unnest(['ann', 'ben']) AS user_id, 'added' AS track_id, '2025-03-14 12:00:00Z'::TIMESTAMPTZ AS listened_at, NULL::FLOAT AS played_share, 1 AS play_count) TO {SqlText.Literal(_folder.File("foreign.parquet"))} (FORMAT parquet)",
                CancellationToken.None);
        }

        (await new LakeUpkeep(_queries).AddFileAsync(_folder.File("foreign.parquet"))).ShouldBe((1, 1));
        await ShouldBeReadAsync(["ann added", "ann t", "ann t2", "ben later"]);
        (await _lake.ListAsync()).Sum(segment => segment.Rows).ShouldBe(4);
        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_read_before_a_deletion_is_not_added_after_it()
    {
        var segment = await _lake.WriteAsync([new LakeListen("ben", "t", DateTimeOffset.UtcNow)]);
        var heeded = await _database.Deletions.ReadNumberAsync(CancellationToken.None);
        await _database.Deletions.DeleteAsync("ben", CancellationToken.None);

        await Should.ThrowAsync<UserDeletedMeanwhileException>(() => _database.Segments.SwapAsync([segment], [], CancellationToken.None, heeded));
        (await _lake.ListAsync()).ShouldBeEmpty();
        (await _database.Segments.SwapAsync([segment], [], CancellationToken.None, heeded + 1)).ShouldBeTrue();
        (await _lake.ListAsync()).ShouldHaveSingleItem().Kind.ShouldBe(SegmentKind.Listens);
    }

    // Each reader by itself: cells, listens, histories, counts, SQL, reports, one import.
    private async Task ShouldBeReadAsync(string[] expected)
    {
        (await _queries.ReadListensAsync(InteractionQuery.All).Select(listen => $"{listen.UserId} {listen.TrackId}").ToListAsync()).Order(StringComparer.Ordinal).ShouldBe(expected);
        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        Enumerable.Range(0, cells.CellCount).Select(i => $"{cells.UserIds[cells.UserIndex[i]]} {cells.TrackIds[cells.ItemIndex[i]]}").Order(StringComparer.Ordinal).ShouldBe(expected);
        var histories = await _queries.ReadHistoriesAsync(cells.UserIds, cells.TrackIds);
        histories.ItemIndex.Length.ShouldBe(expected.Length);
        (await _queries.CountListensAsync()).ShouldBe(expected.Length);
        (await LakeTable.QueryAsync(_lake, "SELECT user_id || ' ' || track_id FROM listens ORDER BY 1", 100)).Rows.Select(row => (string)row[0]!).ShouldBe(expected);
        var report = (await new LakeReporter(_queries).CreateAsync(new ReportOptions()))!;
        (report.Totals.Rows, report.Totals.Users).ShouldBe((expected.Length, cells.UserIds.Length));
        foreach (var name in await _lake.ListImportsAsync())
        {
            var import = (await _queries.FindImportAsync(name))!;
            (await import.ReadListensAsync().Select(listen => $"{listen.UserId} {listen.TrackId}").ToListAsync()).ShouldBeSubsetOf(expected);
            (await new LakeReporter(_queries).CreateAsync(new ReportOptions { Imports = [name] }))!.Totals.Users.ShouldBe(await import.ReadListensAsync().Select(listen => listen.UserId).Distinct().CountAsync());
        }
    }

    private async Task<ImportReport> ImportAsync(string name, string[] lines)
    {
        await File.WriteAllLinesAsync(_folder.File($"{name}.csv"), lines.Prepend(lines[0].Split(',').Length == 4 ? "user,track,weight,time" : "user,track,weight"));
        return await new LogImporter(_queries).ImportAsync("triples", [_folder.File($"{name}.csv")], name);
    }
}
