using RecSys.TestKit;

namespace RecSys.Cli.Tests.Imports;

public sealed class GenerateTests : IDisposable
{
    private readonly TempFolder _folder = new("cli-generate");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_of_the_asked_size_is_written_as_three_files()
    {
        var log = await Tool.JsonAsync("generate", _folder.File("log"), "--users", "100", "--tracks", "500", "--interactions", "3000", "--days", "60");

        log.GetProperty("interactions").GetInt64().ShouldBe(3000);
        log.GetProperty("users").GetInt64().ShouldBe(100);
        log.GetProperty("tracks").GetInt64().ShouldBe(500);
        var files = new DirectoryInfo(_folder.File("log")).GetFiles();
        files.Select(file => file.Name).Order().ShouldBe(["catalog_names.parquet", "interactions.parquet", "tracks.parquet"]);
        log.GetProperty("bytes").GetInt64().ShouldBe(files.Sum(file => file.Length));
    }

    [Fact]
    public async Task A_folder_in_use_and_sizes_that_do_not_fit_are_refused_in_one_line()
    {
        await File.WriteAllTextAsync(_folder.File("mine.txt"), "keep");

        var (exitCode, output) = await Tool.RunAsync("generate", Path.GetDirectoryName(_folder.File("mine.txt"))!);
        exitCode.ShouldBe(2);
        output.ShouldContain("is not an empty folder. Name a new one.");

        (exitCode, output) = await Tool.RunAsync("generate", _folder.File("log"), "--users", "1000", "--interactions", "1000");
        exitCode.ShouldBe(2);
        output.ShouldContain("interactions must be at least 2 a user");
        Directory.Exists(_folder.File("log")).ShouldBeFalse();
    }
}
