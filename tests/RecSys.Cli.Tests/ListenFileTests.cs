using System.IO.Compression;
using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Cli.Commands;
using RecSys.Cli.Output;
using RecSys.TestKit;

namespace RecSys.Cli.Tests;

/// <summary>Files of listens: each fault is named by its line, and a time means one moment or is refused.</summary>
public sealed class ListenFileTests(ITestOutputHelper output) : IDisposable
{
    private const string Good = """{"user":"ann","track":"t-1","listenedAt":1486449400}""";

    private readonly TempFolder _folder = new("listen-file");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"08/03/2022 19:01\"")]
    [InlineData("\"12 Nov\"")]
    [InlineData("\"21:47\"")]
    [InlineData("\"00:05\"")]
    [InlineData("\"2022\"")]
    [InlineData("\"5.4\"")]
    [InlineData("5.4")]
    [InlineData("\"2010-04-05 11:59:54 EST\"")]
    [InlineData("null")]
    public void A_time_that_could_mean_another_is_refused_with_its_line(string time)
    {
        var file = Write($"{Good}\n\n{{\"user\":\"ann\",\"track\":\"t\",\"listenedAt\":{time}}}\n");
        var refused = ListenFile.Read(file).Where(line => line.Faults.Count > 0).ShouldHaveSingleItem();
        refused.Number.ShouldBe(3);
        var fault = refused.Faults.ShouldHaveSingleItem();
        fault.Field.ShouldBe("listen_time");
        fault.Description.ShouldStartWith("must be an ISO 8601 time");
    }

    [Theory]
    [InlineData("\"2021-03-28T02:30:00\"", 1616898600)]
    [InlineData("\"2021-10-31T02:30:00+02:00\"", 1635640200)]
    [InlineData("\"2021-03-28\"", 1616889600)]
    [InlineData("1486449400", 1486449400)]
    public void A_time_without_an_offset_is_UTC(string time, long seconds) =>
        ListenFile.Read(Write($"{{\"user\":\"ann\",\"track\":\"t\",\"listenedAt\":{time}}}")).ShouldHaveSingleItem().Listen.ListenTime.Seconds.ShouldBe(seconds);

    [Theory]
    [InlineData("{\"user\":\"ann\",\"track\":\"cut \\ud83d\"}", "half a surrogate pair")]
    [InlineData("{\"user\":\"ann\",\"track\":\"Beyonc\u00E9\"}", "must be valid UTF-8")]
    [InlineData("{\"user\":\"ann\",\"track\":", "must be valid JSON, fails at byte 22")]
    public void A_broken_line_is_named_far_into_a_file_too(string line, string problem)
    {
        foreach (var before in (int[])[3, 1_000])
        {
            var file = Write(string.Concat(Enumerable.Repeat(Good + "\n", before)) + line + "\n" + Good, Encoding.Latin1);
            var broken = ListenFile.Read(file).Where(read => read.Faults.Count > 0).ShouldHaveSingleItem("a broken line costs no other");
            broken.Number.ShouldBe(before + 1);
            broken.Faults.ShouldHaveSingleItem().Description.ShouldContain(problem);
        }
    }

    [Fact]
    public void Lines_are_counted_with_the_empty_ones()
    {
        var read = ListenFile.Read(Write($"\uFEFF{Good}\r\n\r\n{Good}\n"));
        read.Select(line => (line.Number, line.Faults.Count)).ShouldBe([(1, 0), (3, 0)]);
    }

    [Fact]
    public void A_gzip_file_that_was_cut_after_a_whole_line_is_refused()
    {
        var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Good + "\n"));
            gzip.Flush();
            gzip.Write(Encoding.UTF8.GetBytes(Good + "\n"));
        }

        var whole = memory.ToArray();
        var file = _folder.File("a.jsonl.gz");
        File.WriteAllBytes(file, whole);
        ListenFile.Read(file).Count.ShouldBe(2);

        foreach (var lost in (int[])[1, 8, 20, Good.Length + 12])
        {
            File.WriteAllBytes(file, whole[..^lost]);
            Should.Throw<LakeInputException>(() => ListenFile.Read(file)).Message.ShouldContain("cut short");
        }
    }

    [Fact]
    public void The_files_that_went_wrong_elsewhere_are_read_or_refused_with_their_lines()
    {
        if (Checkout.FindShared("cases") is not { } cases)
        {
            output.WriteLine("The inputs are not in ../shared/cases: only small cases were checked.");
            return;
        }

        foreach (var name in (string[])["10-dates/clock-only.jsonl", "10-dates/day-month.jsonl", "10-dates/tidal-dmy.jsonl"])
        {
            var line = ListenFile.Read(Path.Combine(cases, name))[0];
            (line.Number, line.Faults.ShouldHaveSingleItem().Field).ShouldBe((1, "listen_time"), name);
        }

        FirstBroken("11-characters/half-surrogate.jsonl").ShouldBe(2);
        FirstBroken("11-characters/latin1.jsonl").ShouldBe(4);
        ListenFile.Read(Path.Combine(cases, "10-dates/offset.jsonl")).Single().Listen.ListenTime.Seconds.ShouldBe(1635640200);

        int FirstBroken(string name) => ListenFile.Read(Path.Combine(cases, name)).First(line => line.Faults.Count > 0).Number;
    }

    private string Write(string text, Encoding? encoding = null)
    {
        var file = _folder.File("listens.jsonl");
        File.WriteAllBytes(file, (encoding ?? Encoding.UTF8).GetBytes(text));
        return file;
    }
}
