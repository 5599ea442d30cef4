using RecSys.Analytics.Engine;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Analytics.Upkeep;
using RecSys.Lake;
using RecSys.TestKit;
using RecSys.TestKit.Models;

namespace RecSys.Analytics.Tests.Upkeep;

public sealed class UpkeepTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2025, 3, 14, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public UpkeepTests()
    {
        _lake = new ListenLake(_folder.File("lake"), new LakeEngineOptions { Threads = 2 });
        _queries = new LakeQueries(_lake);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Small_segments_of_a_date_become_one_with_each_listen_once()
    {
        for (var call = 0; call < 6; call++)
        {
            await _lake.AppendAsync([.. Enumerable.Range(0, 100).Select(i => new LakeListen($"u{i % 7}", $"t{i}", Noon.AddSeconds(i), i % 2 == 0 ? null : 0.5f, call + 1))]);
        }

        await _lake.AppendAsync([new LakeListen("u1", "t1", Noon.AddDays(1))]);
        var before = await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync();
        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);

        var report = await Upkeep.CompactAsync(AtOnce);

        (report.Dates, report.SegmentsBefore, report.SegmentsAfter, report.RowsBefore, report.RowsAfter).ShouldBe((1, 6, 1, 600L, 100L));
        Segments("2025-03-14").Length.ShouldBe(1);
        Segments("2025-03-15").Length.ShouldBe(1);
        (await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync()).ShouldBe(before);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe(cells.Plays);
        (await Upkeep.CompactAsync(new CompactionOptions())).ShouldBe(CompactionReport.Nothing);
        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_the_same_listen_the_largest_share_and_play_count_survive_compaction()
    {
        foreach (var (share, plays) in ((float?, int)[])[(0.25f, 3), (0.75f, 1), (null, 2)])
        {
            await _lake.AppendAsync([new LakeListen("u", "t", Noon, share, plays)]);
        }

        (await Upkeep.CompactAsync(new CompactionOptions())).RowsAfter.ShouldBe(1);

        (await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync()).ShouldBe([new LakeListen("u", "t", Noon, 0.75f, 3)]);
    }

    [Fact]
    public async Task Ids_that_another_program_wrote_as_numbers_leave_the_others_as_they_are()
    {
        string[] users = ["007", "1e3", "ann"];
        await _lake.AppendAsync([.. users.Select(user => new LakeListen(user, "0x1F", Noon, 0.5f))]);
        using (var engine = QueryEngine.Open(new LakeEngineOptions { Threads = 1 }))
        using (var connection = engine.Connect())
        {
            connection.Execute(
                $"COPY (SELECT 7::BIGINT AS user_id, 31::INTEGER AS track_id, '2025-03-14 12:00:00Z'::TIMESTAMPTZ AS listened_at, 0.5::DOUBLE AS played_share, 2::BIGINT AS play_count) TO {SqlText.Literal(_folder.File("foreign.parquet"))} (FORMAT parquet)",
                CancellationToken.None);
        }

        (await Upkeep.AddFileAsync(_folder.File("foreign.parquet"))).ShouldBe((1, 0));

        string[] expected = ["007 0x1F 1", "1e3 0x1F 1", "7 31 2", "ann 0x1F 1"];
        (await ReadAsync()).ShouldBe(expected);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).UserIds.ShouldBe(["007", "1e3", "7", "ann"]);

        (await Upkeep.CompactAsync(new CompactionOptions())).RowsAfter.ShouldBe(4);
        (await ReadAsync()).ShouldBe(expected);

        (await Upkeep.EraseAsync(Deletion.Of("7"))).Rows.ShouldBe(1);
        (await ReadAsync()).ShouldBe(expected.Where(listen => !listen.StartsWith("7 ", StringComparison.Ordinal)));

        async Task<List<string>> ReadAsync() =>
            await _queries.ReadListensAsync(InteractionQuery.All).Select(listen => $"{listen.UserId} {listen.TrackId} {listen.PlayCount}").ToListAsync();
    }

    [Fact]
    public async Task Dates_with_few_segments_and_large_segments_are_left()
    {
        for (var call = 0; call < 3; call++)
        {
            await _lake.AppendAsync([new LakeListen("u", $"t{call}", Noon)]);
        }

        (await Upkeep.CompactAsync(new CompactionOptions { MinSegments = 4 })).ShouldBe(CompactionReport.Nothing);
        (await Upkeep.CompactAsync(new CompactionOptions { MaxSegmentBytes = 10 })).ShouldBe(CompactionReport.Nothing);
        Segments("2025-03-14").Length.ShouldBe(3);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Upkeep.CompactAsync(new CompactionOptions { MinSegments = 1 }));
    }

    [Fact]
    public async Task Files_that_were_merged_go_when_nobody_reads_them_any_more()
    {
        await _lake.AppendAsync([new LakeListen("u", "t1", Noon, null, 2), new LakeListen("u", "t2", Noon)]);
        await _lake.AppendAsync([new LakeListen("u", "t3", Noon)]);
        await using (await _lake.OpenAsync())
        {
            (await Upkeep.CompactAsync(AtOnce)).RowsAfter.ShouldBe(3);
            Segments("2025-03-14").Length.ShouldBe(3);
        }

        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([2f, 1f, 1f]);
        await Upkeep.CompactAsync(new CompactionOptions());
        Segments("2025-03-14").Length.ShouldBe(3, "for an hour they stay in any case");
        await Upkeep.CompactAsync(AtOnce);
        Segments("2025-03-14").Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_segment_that_can_not_be_read_is_named_and_stays_and_other_dates_are_merged_all_the_same()
    {
        foreach (var day in (int[])[0, 1])
        {
            for (var call = 0; call < 2; call++)
            {
                await _lake.AppendAsync([new LakeListen("u", $"t{call}", Noon.AddDays(day))]);
            }
        }

        var broken = Segments("2025-03-14")[0];
        await File.WriteAllTextAsync(broken, "PAR1 but no table");

        (await Should.ThrowAsync<LakeCorruptException>(() => Upkeep.CompactAsync(AtOnce))).File.ShouldBe(broken);
        (await Should.ThrowAsync<LakeCorruptException>(() => Upkeep.EraseAsync(Deletion.Of("u")))).File.ShouldBe(broken);
        Segments("2025-03-14").Length.ShouldBe(2);
        Segments("2025-03-15").Length.ShouldBe(1);
        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("no Parquet file", "foreign.parquet")]
    [InlineData(null, "no-such.parquet")]
    public async Task A_file_that_is_no_segment_is_refused_by_name(string? content, string name)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(_folder.File(name), content);
        }

        (await Should.ThrowAsync<LakeInputException>(() => Upkeep.AddFileAsync(_folder.File(name)))).Message.ShouldContain(name);
        (await _lake.ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Readers_and_writers_do_not_notice_compaction()
    {
        const int Calls = 120;
        const int PerCall = 20;
        var (appended, merged) = (0, 0);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var otherQueries = new LakeQueries(_lake, new LakeEngineOptions { Threads = 1 });
        using var ended = new CancellationTokenSource();

        var writer = Task.Run(async () =>
        {
            // As long as it takes until some were merged.
            for (var call = 0; call < Calls || Volatile.Read(ref merged) < 3; call++)
            {
                await _lake.AppendAsync([.. Enumerable.Range(0, PerCall).Select(i => new LakeListen($"u{i}", $"t{call}", Noon.AddSeconds(call)))], patience.Token);
                Interlocked.Add(ref appended, PerCall);
            }

            await ended.CancelAsync();
        });
        var compactions = Enumerable.Range(0, 2).Select(number => Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                var report = await new LakeUpkeep(number == 0 ? _queries : otherQueries).CompactAsync(new CompactionOptions { MinSegments = 3, Grace = TimeSpan.FromSeconds(1) }, patience.Token);
                Interlocked.Add(ref merged, report.Dates);
            }
        })).ToArray();
        var reads = 0;
        while (!ended.IsCancellationRequested || reads < 3)
        {
            var least = Volatile.Read(ref appended);
            var cells = await otherQueries.ReadInteractionsAsync(InteractionQuery.All, patience.Token);
            cells.ListenCount.ShouldBeGreaterThanOrEqualTo(least);
            cells.Plays.ShouldAllBe(plays => plays == 1);
            var listed = await _queries.ReadListensAsync(InteractionQuery.All, patience.Token).CountAsync();
            listed.ShouldBeGreaterThanOrEqualTo((int)cells.ListenCount);
            (await otherQueries.CountListensAsync(patience.Token)).ShouldBeGreaterThanOrEqualTo(listed);
            reads++;
        }

        await writer;
        await Task.WhenAll(compactions);
        (await otherQueries.CountListensAsync(patience.Token)).ShouldBe(appended);
        appended.ShouldBeGreaterThanOrEqualTo(Calls * PerCall);
    }

    [Fact]
    public async Task A_deleted_user_is_in_no_file_and_all_others_are_as_before()
    {
        await File.WriteAllLinesAsync(
            _folder.File("log.csv"),
            ["user,track,weight,time", .. Enumerable.Range(0, 300).Select(i => $"u{i % 5},t{i},{1 + (i % 3)},2025-01-01T{i % 24:D2}:{i % 60:D2}:00Z")]);
        await new LogImporter(_queries).ImportAsync("triples", [_folder.File("log.csv")], "log");
        await new LogImporter(_queries).ImportAsync("triples", [Without("u2")], "others");
        await _lake.AppendAsync([new LakeListen("u2", "t1", Noon), new LakeListen("u3", "t1", Noon)]);
        await _lake.AppendAsync([new LakeListen("u2", "t9", Noon.AddDays(1))]);
        await _lake.AppendAsync([new LakeListen("u4", "t9", Noon.AddDays(2))]);
        var before = await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync();
        var othersFile = Directory.GetFiles(Path.Combine(_lake.RootFolder, "imports", "others"), "listens.parquet", SearchOption.AllDirectories).ShouldHaveSingleItem();
        var untouched = File.GetLastWriteTimeUtc(othersFile);

        var report = await Upkeep.EraseAsync(Deletion.Of("u2"));
        await _lake.SweepAsync(TimeSpan.Zero);

        report.Segments.ShouldBe(2);
        report.Imports.ShouldBe(["log"]);
        report.Rows.ShouldBe(62);
        (await _queries.ReadListensAsync(InteractionQuery.All).ToListAsync()).ShouldBe(before.Where(listen => listen.UserId != "u2"));
        var cells = await _queries.ReadInteractionsAsync(InteractionQuery.All);
        cells.UserIds.ShouldBe(["u0", "u1", "u3", "u4"]);
        foreach (var user in cells.UserIds)
        {
            var index = cells.FindUser(user);
            Enumerable.Range(0, cells.CellCount).Where(i => cells.UserIndex[i] == index).Select(i => cells.TrackIds[cells.ItemIndex[i]])
                .ShouldBe(before.Where(listen => listen.UserId == user).Select(listen => listen.TrackId).Distinct().Order(StringComparer.Ordinal));
        }

        Segments("2025-03-15").ShouldBeEmpty();
        File.GetLastWriteTimeUtc(othersFile).ShouldBe(untouched);
        (await _queries.FindImportAsync("log"))!.Report.Kept.ShouldBe(240);
        (await _queries.FindImportAsync("log"))!.Report.Users.ShouldBe(4);
        (await Upkeep.EraseAsync(Deletion.Of("u2"))).Rows.ShouldBe(0);
        Directory.GetFileSystemEntries(Path.Combine(_lake.RootFolder, ".staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Status_tells_dates_sizes_and_imports()
    {
        await _lake.AppendAsync([new LakeListen("u", "t1", Noon)]);
        await _lake.AppendAsync([new LakeListen("u", "t2", Noon.AddDays(1))]);
        await _lake.AppendAsync([new LakeListen("u", "t3", Noon)]);
        await _lake.AppendAsync([new LakeListen("u", "t3", Noon), new LakeListen("u", "t3", Noon.AddDays(1))]);
        await new LogImporter(_queries).ImportAsync("triples", [Without("nobody")], "others");

        var status = await Upkeep.ReadStatusAsync();

        status.Dates.Select(date => (date.Date, date.Segments, date.Rows)).ShouldBe([("2025-03-14", 2, 2L), ("2025-03-15", 1, 1L), ("late", 1, 2L)]);
        status.Bytes.ShouldBe(Directory.GetFiles(Path.Combine(_lake.RootFolder, "listens"), "*.parquet", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length));
        var import = status.Imports.ShouldHaveSingleItem();
        (import.Report.Name, import.Report.Kept).ShouldBe(("others", 4L));
        import.Bytes.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_lake_that_is_not_there_is_not_made()
    {
        (await Upkeep.CompactAsync(new CompactionOptions())).ShouldBe(CompactionReport.Nothing);
        (await Upkeep.EraseAsync(Deletion.Of("u"))).Rows.ShouldBe(0);
        (await Upkeep.ReadStatusAsync()).Segments.ShouldBe(0);
        Directory.Exists(_lake.RootFolder).ShouldBeFalse();
    }

    private static CompactionOptions AtOnce => new() { Grace = TimeSpan.Zero };

    private LakeUpkeep Upkeep => new(_queries);

    private string[] Segments(string date) => Directory.GetFiles(Path.Combine(_lake.RootFolder, "listens", $"date={date}"));

    private string Without(string user)
    {
        var file = _folder.File("others.csv");
        File.WriteAllLines(file, ["user,track,weight", .. ((string[])["u0", "u1", "u3", "u4"]).Where(other => other != user).Select(other => $"{other},t0,1")]);
        return file;
    }
}
