using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Imports;

namespace RecSys.Analytics.Tests.Imports;

public sealed class ArchiveTests(ITestOutputHelper output) : IDisposable
{
    private const string First = "u1\ti1\t1\nu2\ti2\t2\nu3\ti3\t3\n";
    private const string Second = "u4\ti1\t4\nu5\ti2\t5\nu6\ti3\t6\n";

    private readonly ImportCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("a.zip")]
    [InlineData("a.tar")]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.tsv")]
    [InlineData("a.gz")]
    public async Task An_archive_is_read_whole_whatever_its_name(string name)
    {
        byte[][] contents = name switch
        {
            "a.zip" => [Zip(("log/one.tsv", First), ("log/two.tsv", Second), ("__MACOSX/log/._one.tsv", "x"))],
            "a.tar" => [Tar(("one.tsv", First), ("deep/two.tsv", Second))],
            "a.tsv" => [Zip(("one.tsv", First + Second)), Tar(("one.tsv", First + Second)), Gzip(Tar(("a", First), ("b", Second))), Gzip(Encoding.UTF8.GetBytes(First + Second))],
            _ => [Gzip(Tar(("one.tsv", First), ("two.tsv", Second)))],
        };
        foreach (var content in contents)
        {
            var report = await _case.ImportAsync("triples", Write(name, content));
            (report.Rows, report.Kept, report.Plays).ShouldBe((6, 6, 21));
        }
    }

    [Fact]
    public async Task An_archive_stands_for_the_folder_that_was_packed()
    {
        const string Listens = "user_1\t2009-05-04T23:08:57Z\ta\tAbba\tt\tGold\n";
        var archive = Write("lastfm.tar.gz", Gzip(Tar(
            ("lastfm-dataset-1K/README.txt", "read me"),
            ("lastfm-dataset-1K/userid-profile.tsv", "#id\tgender\tage\tcountry\tregistered\nuser_1\tm\t\tJapan\tAug 13, 2006\n"),
            ("lastfm-dataset-1K/userid-timestamp-artid-artname-traid-traname.tsv", Listens))));

        (await _case.ImportAsync("lastfm-1k", archive)).Kept.ShouldBe(1);

        _case.Read("lastfm-1k", "users.parquet", "country").ShouldBe([["Japan"]]);
    }

    [Fact]
    public async Task A_file_of_an_archive_that_the_format_does_not_read_is_named()
    {
        var archive = Write("a.zip", Zip(("a.txt", "u1 i1\n"), ("b.dat", "u2 i2\n")));
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("adjacency", archive));
        failure.File.ShouldBe(archive);
        failure.Message.ShouldContain("b.dat");
    }

    [Fact]
    public async Task A_broken_line_is_named_by_its_place_in_the_archive()
    {
        var archive = Write("a.zip", Zip(("one.tsv", First), ("two.tsv", "u1\ti1\n")));
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", archive));
        failure.File.ShouldBe(Path.Combine(archive, "two.tsv"));
        failure.Line.ShouldBe(1);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'B', (byte)'Z', (byte)'h', (byte)'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 1 }, "bzip2")]
    [InlineData(new byte[] { 0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 1 }, "an xz file")]
    [InlineData(new byte[] { (byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, 1 }, "a 7z archive")]
    [InlineData(new byte[] { (byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7, 1 }, "a rar archive")]
    public async Task What_can_not_be_unpacked_is_refused_as_what_it_is(byte[] content, string kind)
    {
        foreach (var bytes in (byte[][])[content, Gzip(content)])
        {
            var file = Write("a.csv", bytes);
            var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", file));
            failure.File.ShouldBe(file);
            failure.Message.ShouldContain(kind);
            failure.Message.ShouldContain("Unpack it");
        }
    }

    [Fact]
    public async Task An_archive_inside_an_archive_is_refused_and_not_read_as_text()
    {
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", Write("a.zip", Zip(("one.tsv", First), ("b.tar", Encoding.Latin1.GetString(Tar(("two.tsv", Second))))))));
        failure.Message.ShouldContain("tar archive");
    }

    [Fact]
    public async Task A_cut_or_damaged_archive_is_refused_wherever_it_was_cut()
    {
        byte[] zip = Zip(("one.tsv", First), ("two.tsv", Second)), tar = Tar(("one.tsv", First), ("two.tsv", Second)), packed = Gzip(tar);
        var damaged = (byte[])zip.Clone();
        damaged[zip.AsSpan().IndexOf("u2"u8)] ^= 1;
        foreach (var content in (byte[][])[zip[..^30], zip[..^200], damaged, tar[..1_100], tar[..1_536], tar[..1_024], packed[..^9], packed[..(packed.Length / 2)], Gzip(tar[..1_024]), Zip(), Zip(("folder/", ""))])
        {
            var file = Write("a.tsv", content);
            (await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", file))).File.ShouldBe(file);
        }

        (await _case.Lake.ListImportsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_leads_out_of_the_archive_writes_nothing()
    {
        var failure = await Should.ThrowAsync<LakeInputException>(() => _case.ImportAsync("triples", Write("a.zip", Zip(("../../escaped.tsv", First)))));
        failure.Message.ShouldContain("outside of it");
        Directory.EnumerateFiles(_case.Path(""), "escaped.tsv", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tar_that_lost_rows_elsewhere_is_read_whole()
    {
        if (RealData.FindCase("04-tar/log-first.tar.gz", output) is { } archive)
        {
            (await _case.ImportAsync("lastfm-1k", archive)).Kept.ShouldBe(6);
        }
    }

    private string Write(string name, byte[] content)
    {
        var path = _case.Path(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create))
        {
            foreach (var (name, text) in files)
            {
                using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                stream.Write(Encoding.Latin1.GetBytes(text));
            }
        }

        return memory.ToArray();
    }

    private static byte[] Tar(params (string Name, string Text)[] files)
    {
        var memory = new MemoryStream();
        using (var writer = new TarWriter(memory, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        return memory.ToArray();
    }

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
