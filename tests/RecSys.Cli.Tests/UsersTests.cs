using RecSys.TestKit;

namespace RecSys.Cli.Tests;

/// <summary><c>recsys users</c> on a data folder.</summary>
public sealed class UsersTests : IDisposable
{
    private const string Mila = "mila.otter-7f3a";

    private static readonly Dictionary<string, string?> AtOnce = new()
    {
        ["RECSYS__TRAINER__ERASUREGRACE"] = "00:00:00",
        ["RECSYS__TRAINER__ERASUREINTERVAL"] = "00:00:00.200",
    };

    private readonly TempFolder _folder = new("cli-users");

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_deleted_person_is_gone_from_the_data_folder_and_is_not_imported_again()
    {
        var log = _folder.File("log.csv");
        await File.WriteAllLinesAsync(log, ["user,track,weight,time", $"{Mila},t1,1,2010-01-01", $"{Mila},t2,1,2010-01-01", "ben,t1,1,2010-01-01"]);
        (await CliCall.RunAsync("import", "triples", log, "--data", Data)).ExitCode.ShouldBe(0);

        var deleted = await CliCall.RunAsync(["users", "delete", Mila, "--wait", "--data", Data, "--json"], AtOnce);

        deleted.ExitCode.ShouldBe(0, deleted.Error);
        (deleted.Json.GetProperty("state").GetString(), deleted.Json.GetProperty("recentListens").GetInt32()).ShouldBe(("erased", 2));
        DatabaseSearch.InFiles(Directory.GetFiles(Data, "*", SearchOption.AllDirectories), Mila).ShouldBeEmpty();
        (await CliCall.RunAsync("lake", "query", "SELECT DISTINCT user_id FROM listens", "--data", Data, "--json")).Output.ShouldNotContain(Mila);

        var again = (await CliCall.RunAsync("import", "triples", log, "--data", Data, "--replace", "--json")).Json;
        (again.GetProperty("kept").GetInt64(), again.GetProperty("users").GetInt64()).ShouldBe((1, 1));
        again.GetProperty("rules").EnumerateArray().Last().GetProperty("rule").GetString().ShouldBe("deleted-user");
        DatabaseSearch.InFiles(Directory.GetFiles(Data, "*", SearchOption.AllDirectories), Mila).ShouldBeEmpty();

        var listed = (await CliCall.RunAsync("users", "deleted", "--data", Data, "--json")).Json.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        (listed.GetProperty("state").GetString(), listed.GetProperty("user").GetString(), listed.GetProperty("hash").GetString()!.Length).ShouldBe(("erased", null, 64));
        (await CliCall.RunAsync("users", "delete", " ", "--data", Data)).ExitCode.ShouldBe(2);
    }
}
