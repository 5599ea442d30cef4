using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Analytics.Listens;
using RecSys.Lake;
using RecSys.TestKit;

namespace RecSys.Analytics.Tests.Imports;

public sealed class BrokenInputTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();
    private readonly ListenLake _lake;
    private readonly LakeQueries _queries;

    public BrokenInputTests(ITestOutputHelper output)
    {
        _output = output;
        _lake = new ListenLake(_folder.File("lake"));
        _queries = new LakeQueries(_lake);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _lake.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("a.tsv", "u1\ti1\t3\nu\u00FF2\ti2\t4\nu3\ti3\t4\n", 2, "UTF-8")]
    [InlineData("a.tsv", "\u00FF1\ti1\t3\nu2\ti2\t4\n", 1, "UTF-8")]
    [InlineData("a.csv", "u1,i1,3\nu2,\"i2,4\nu3,i3,4\n", 2, "double quote")]
    [InlineData("a.csv", "u1,i1\nu2,i2\n", 1, "2 columns")]
    [InlineData("a.csv", "u1\n", 1, "1 column,")]
    [InlineData("a.csv", "person,thing,amount\nu1,i1,3\n", 1, "person, thing, amount")]
    [InlineData("a.csv", "user,item,comment\nu1,i1,nice\n", 1, "user, item, comment")]
    [InlineData("a.tsv", "u1\ti1\t0\nu2\ti2\t-4\n\ti2\t4\n", null, "weight-out-of-range")]
    [InlineData("a.csv", "user,item,weight\n", null, "no rows")]
    [InlineData("a.csv", "\n\n\n", null, "no rows")]
    [InlineData("a.csv", "", null, "is empty")]
    [InlineData("a.csv.gz", "u1,i1,3\nu2,i2,4\n", null, "gzip")]
    [InlineData("a.csv.zst", "u1,i1,3\nu2,i2,4\n", null, "zstd")]
    [InlineData("a.parquet", "u1,i1,3\nu2,i2,4\n", null, "Parquet")]
    public async Task A_broken_file_is_named_with_place_and_remedy(string name, string latin1, int? line, string problem)
    {
        await File.WriteAllBytesAsync(_folder.File(name), Encoding.Latin1.GetBytes(latin1));
        await ShouldFailAsync(_folder.File(name), line, problem);
    }

    [Theory]
    [InlineData("a.tsv")]
    [InlineData("a.tsv.gz")]
    public async Task The_line_is_right_also_far_into_a_file(string name)
    {
        const int Line = 412_345;
        var rows = Rows(500_000).Split('\n');
        rows[Line - 1] = "bad\u00FFuser\titem\t1";
        var bytes = Encoding.Latin1.GetBytes(string.Join('\n', rows));
        await File.WriteAllBytesAsync(_folder.File(name), name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(bytes) : bytes);
        await ShouldFailAsync(_folder.File(name), Line, "UTF-8");
    }

    [Fact]
    public async Task A_folder_in_place_of_a_file_is_named()
    {
        Directory.CreateDirectory(_folder.File("folder.csv"));
        await ShouldFailAsync(_folder.File("folder.csv"), null, "folder");
    }

    [Fact]
    public Task A_file_that_is_not_there_is_named() => ShouldFailAsync(_folder.File("nowhere.csv"), null, "does not exist");

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.999)]
    public async Task A_gzip_file_that_was_cut_short_is_found(double share)
    {
        var whole = Gzip(Rows(20_000));
        await File.WriteAllBytesAsync(_folder.File("a.tsv.gz"), whole[..(int)(whole.Length * share)]);
        await ShouldFailAsync(_folder.File("a.tsv.gz"), null, "cut short");
    }

    [Fact]
    public async Task A_gzip_file_that_lost_its_last_byte_is_found()
    {
        foreach (var lost in (int[])[1, 4, 8])
        {
            await File.WriteAllBytesAsync(_folder.File("a.tsv.gz"), Gzip(Rows(100))[..^lost]);
            await ShouldFailAsync(_folder.File("a.tsv.gz"), null, "cut short");
        }
    }

    [Fact]
    public async Task A_gzip_file_of_several_members_is_whole()
    {
        await File.WriteAllBytesAsync(_folder.File("a.tsv.gz"), [.. Gzip(Rows(1_000)), .. Gzip("x\ty\t1\n")]);
        (await new LogImporter(_queries).ImportAsync("triples", [_folder.File("a.tsv.gz")])).Kept.ShouldBe(1_001);
    }

    [Fact]
    public async Task A_zstd_file_that_was_cut_short_is_found()
    {
        // Two raw blocks; the second is missing or cut.
        var first = Encoding.ASCII.GetBytes("u1\ti1\t3\n");
        var second = Encoding.ASCII.GetBytes("u2\ti2\t4\n");
        byte[] whole =
        [
            0x28, 0xB5, 0x2F, 0xFD, 0x20, (byte)(first.Length + second.Length),
            (byte)(first.Length << 3), 0, 0, .. first,
            (byte)((second.Length << 3) | 1), 0, 0, .. second,
        ];
        await File.WriteAllBytesAsync(_folder.File("whole.tsv.zst"), whole);
        (await new LogImporter(_queries).ImportAsync("triples", [_folder.File("whole.tsv.zst")], "whole")).Kept.ShouldBe(2);

        foreach (var lost in (int[])[1, second.Length, second.Length + 3])
        {
            await File.WriteAllBytesAsync(_folder.File("a.tsv.zst"), whole[..^lost]);
            await ShouldFailAsync(_folder.File("a.tsv.zst"), null, "cut short");
        }
    }

    [Fact]
    public async Task A_failed_import_leaves_the_one_before_it_as_it_was()
    {
        await File.WriteAllTextAsync(_folder.File("a.csv"), "u1,i1,3\n");
        var importer = new LogImporter(_queries);
        await importer.ImportAsync("triples", [_folder.File("a.csv")]);
        await File.WriteAllBytesAsync(_folder.File("a.csv"), Encoding.Latin1.GetBytes("u1,i1,3\nu\u00FF,i1,3\n"));

        await Should.ThrowAsync<LakeInputException>(() => importer.ImportAsync("triples", [_folder.File("a.csv")]));

        (await (await _queries.FindImportAsync("triples"))!.ReadListensAsync().CountAsync()).ShouldBe(1);
        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([3f]);
        Staging().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_new_import_takes_the_place_of_the_old_at_once_for_readers()
    {
        var importer = new LogImporter(_queries);
        await ImportGenerationAsync(1);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var seen = new List<float>();
            while (!stop.IsCancellationRequested)
            {
                seen.Add((await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldHaveSingleItem());
            }

            return seen;
        });

        for (var generation = 2; generation <= 12; generation++)
        {
            await ImportGenerationAsync(generation);
        }

        await stop.CancelAsync();
        var plays = await reading;
        plays.ShouldBeInOrder();
        plays.ShouldAllBe(value => value >= 1 && value <= 12);
        Staging().ShouldBeEmpty();

        async Task ImportGenerationAsync(int generation)
        {
            await File.WriteAllTextAsync(_folder.File("a.csv"), $"u1,i1,{generation}\n");
            await importer.ImportAsync("triples", [_folder.File("a.csv")]);
        }
    }

    [Fact]
    public async Task A_cancelled_import_leaves_nothing()
    {
        await File.WriteAllTextAsync(_folder.File("a.tsv"), Rows(200_000));
        using var cancellation = new CancellationTokenSource();
        var import = new LogImporter(_queries).ImportAsync("triples", [_folder.File("a.tsv")], cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => import);

        (await _lake.ListImportsAsync()).ShouldBeEmpty();
        Staging().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("Upper")]
    public async Task A_name_that_is_no_folder_name_is_refused(string name) =>
        await Should.ThrowAsync<ArgumentException>(() => new LogImporter(_queries).ImportAsync("triples", [_folder.File("a.csv")], name));

    [Fact]
    public async Task An_unknown_format_names_those_that_there_are()
    {
        var failure = await Should.ThrowAsync<ArgumentException>(() => new LogImporter(_queries).ImportAsync("mp3", [_folder.File("a.csv")]));
        failure.Message.ShouldContain(string.Join(", ", LogImporter.Formats));
    }

    [Fact]
    public async Task What_was_imported_and_then_sent_through_ingest_counts_once()
    {
        await File.WriteAllTextAsync(_folder.File("a.csv"), "u1,i1,3\nu2,i1,4\n");
        await new LogImporter(_queries).ImportAsync("triples", [_folder.File("a.csv")]);
        await _lake.AppendAsync(await (await _queries.FindImportAsync("triples"))!.ReadListensAsync().ToListAsync());

        (await _queries.ReadInteractionsAsync(InteractionQuery.All)).Plays.ShouldBe([3f, 4f]);
        (await _queries.ReadInteractionsAsync(new InteractionQuery { Sources = LakeSources.Listens })).Plays.ShouldBe([3f, 4f]);
        (await _queries.CountListensAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_damaged_import_is_named()
    {
        await File.WriteAllTextAsync(_folder.File("a.csv"), "u1,i1,3\n");
        await new LogImporter(_queries).ImportAsync("triples", [_folder.File("a.csv")]);
        var listens = Path.Combine(ImportCase.FolderOf(_lake, "triples"), "listens.parquet");
        await File.WriteAllTextAsync(listens, "garbage that is no Parquet file");

        (await Should.ThrowAsync<LakeCorruptException>(() => _queries.ReadInteractionsAsync(InteractionQuery.All))).File.ShouldBe(listens);
        (await Should.ThrowAsync<LakeCorruptException>(async () => await (await _queries.FindImportAsync("triples"))!.ReadListensAsync().CountAsync())).File.ShouldBe(listens);
    }

    private async Task ShouldFailAsync(string file, int? line, string problem)
    {
        var failure = await Should.ThrowAsync<LakeInputException>(() => new LogImporter(_queries).ImportAsync("triples", [file], "broken"));
        _output.WriteLine(failure.Message);

        failure.File.ShouldBe(file);
        failure.Line.ShouldBe(line);
        failure.Message.ShouldContain(problem);
        failure.Message.ShouldStartWith(line is null ? $"{file}: " : $"{file}, line {line}: ");
        failure.Message.ShouldNotContain("\n");
        failure.Remedy.ShouldNotBeNullOrWhiteSpace();
        (await _queries.FindImportAsync("broken")).ShouldBeNull();
        Staging().ShouldBeEmpty();
    }

    private string[] Staging()
    {
        var staging = Path.Combine(_lake.RootFolder, ".staging");
        return Directory.Exists(staging) ? Directory.GetFileSystemEntries(staging) : [];
    }

    private static string Rows(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"user{i * 7919 % count}\titem{i % 313}\t{i + 1}\n"));

    private static byte[] Gzip(string text) => Gzip(Encoding.UTF8.GetBytes(text));

    private static byte[] Gzip(byte[] content)
    {
        var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return memory.ToArray();
    }
}
