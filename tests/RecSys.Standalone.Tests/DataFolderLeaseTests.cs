using System.Globalization;
using RecSys.TestKit;

namespace RecSys.Standalone.Tests;

public sealed class DataFolderLeaseTests : IDisposable
{
    private static readonly DataFolderHolder Training = new("recsys train", DateTimeOffset.UtcNow, WillAnswer: false);
    private static readonly DataFolderHolder Up = new("recsys up", DateTimeOffset.UtcNow, WillAnswer: true);
    private static readonly Uri Address = new("http://127.0.0.1:5100/");

    private readonly TempFolder _folder = new("lease");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DirectoryInfo Folder => new(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_process_at_a_time_has_a_folder_and_the_message_names_it()
    {
        using var held = await TakeAsync(null);

        var refused = await Should.ThrowAsync<IOException>(() => TakeAsync(null));

        refused.Message.ShouldContain(_folder.Path);
    }

    [Fact]
    public async Task A_second_long_work_is_refused_at_once_and_told_what_runs_since_when()
    {
        using (await TakeAsync(Training))
        {
            var refused = await Should.ThrowAsync<IOException>(() => EnterAsync(Training, TimeSpan.FromDays(1)));
            refused.Message.ShouldStartWith($"'recsys train' has been at work in '{_folder.Path}' since 20");
        }

        using var next = await TakeAsync(Training);
    }

    [Fact]
    public async Task A_short_command_waits_for_a_training_to_end()
    {
        Task<(DataFolderLease? Taken, Uri? Running)> waiting;
        using (await TakeAsync(Training))
        {
            waiting = EnterAsync(null, TimeSpan.FromMinutes(1));
            waiting.IsCompleted.ShouldBeFalse();
        }

        using var taken = (await waiting).Taken.ShouldNotBeNull();
    }

    [Fact]
    public async Task Others_find_the_address_while_the_folder_is_held_and_not_afterwards()
    {
        using (var held = await TakeAsync(Up))
        {
            held.Announce(Address);
            (await EnterAsync(null, TimeSpan.Zero)).ShouldBe((null, Address));
            (await EnterAsync(Training, TimeSpan.Zero)).ShouldBe((null, Address), "a training is done by the system that runs");
        }

        using var again = (await EnterAsync(null, TimeSpan.Zero)).Taken.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_command_waits_for_a_system_that_is_coming_up_and_uses_it()
    {
        using var held = await TakeAsync(Up);
        var waiting = EnterAsync(null, TimeSpan.Zero);
        waiting.IsCompleted.ShouldBeFalse();

        held.Announce(Address);

        (await waiting).ShouldBe((null, Address));
    }

    [Fact]
    public async Task A_command_that_waits_for_a_system_that_fails_to_come_up_takes_the_folder_itself()
    {
        Task<(DataFolderLease? Taken, Uri? Running)> waiting;
        using (await TakeAsync(Up))
        {
            waiting = EnterAsync(null, TimeSpan.Zero);
            waiting.IsCompleted.ShouldBeFalse();
        }

        using var taken = (await waiting).Taken.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_second_system_is_refused_at_once_and_told_which_one_has_the_folder(bool isUp)
    {
        using var held = await TakeAsync(Up);
        if (isUp)
        {
            held.Announce(Address);
        }

        var refused = await Should.ThrowAsync<IOException>(() => DataFolderLease.TakeAsync(Folder, Up, TimeSpan.FromDays(1), Cancellation));

        refused.Message.ShouldStartWith($"'recsys up' has been at work in '{_folder.Path}' since 20");
        refused.Message.Contains("answers at http://127.0.0.1:5100/", StringComparison.Ordinal).ShouldBe(isUp);
        refused.Message.ShouldEndWith("Stop it, or choose another folder with --data.");
    }

    [Fact]
    public async Task An_address_that_a_dead_process_left_is_not_believed()
    {
        await File.WriteAllTextAsync(_folder.File("running.json"), """{"grpc":"http://127.0.0.1:9/"}""", Cancellation);

        using (var taken = (await EnterAsync(null, TimeSpan.Zero)).Taken.ShouldNotBeNull())
        {
            await Should.ThrowAsync<IOException>(() => EnterAsync(null, TimeSpan.Zero));
        }
    }

    [Fact]
    public async Task Commands_that_come_while_a_system_starts_are_answered_by_it()
    {
        var up = StandaloneHost.StartAsync(StandaloneSettings.Quiet(Folder) with { Announced = true }, Cancellation);
        await Wait.UntilAsync(() => File.Exists(_folder.File("running.json")), TimeSpan.FromSeconds(30), "the system has taken the folder");

        var commands = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StandaloneHost.FindOrStartAsync(StandaloneSettings.Quiet(Folder), Cancellation)));

        await using var host = await up;
        commands.ShouldAllBe(command => command.GrpcAddress == host.GrpcAddress && command.Started == null);
    }

    [Theory]
    [InlineData("--Endpoints:Grpc=http://127.0.0.1:{0}")]
    [InlineData("--Endpoints:Grpc http://127.0.0.1:{0}")]
    public async Task Settings_of_the_program_are_written_with_an_equals_sign_or_a_space(string setting)
    {
        var port = FreePort.Next();
        string[] arguments = [_folder.Path, .. string.Format(CultureInfo.InvariantCulture, setting, port).Split(' ')];

        await using var host = await StandaloneHost.StartAsync(
            StandaloneSettings.FromCommandLine(arguments) with { HttpAddress = StandaloneSettings.FreePort, LogsShown = false }, Cancellation);

        host.GrpcAddress.Port.ShouldBe(port);
        File.Exists(_folder.File("recsys.db")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("--Nope:X=1", "standalone: Nope:X isn't a setting. The sections are Bus, Candidate, ")]
    [InlineData("--Serving:CandidateCont=20", "standalone: Serving:CandidateCont isn't a setting. Did you mean Serving:CandidateCount?")]
    [InlineData("--Endpoints:Grpc=http://127.0.0.1:99999", "standalone: Endpoints:Grpc is 'http://127.0.0.1:99999'. Its port must be from 0 (any free one) to 65535.")]
    public async Task A_wrong_setting_of_the_program_is_one_line_and_exit_code_2(string setting, string line)
    {
        await using var program = ChildProcess.StartDotnet(Path.Combine(AppContext.BaseDirectory, "RecSys.Standalone.dll"), [_folder.Path, setting]);

        (await program.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(2, program.Output);
        program.Output.ShouldStartWith(line);
        program.Output.TrimEnd().ShouldNotContain("\n");
    }

    [Fact]
    public async Task A_port_of_the_program_that_is_taken_is_one_line_and_exit_code_1()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var address = $"http://{other.LocalEndpoint}";
        await using var program = ChildProcess.StartDotnet(
            Path.Combine(AppContext.BaseDirectory, "RecSys.Standalone.dll"),
            [_folder.Path, "--Endpoints:Grpc=http://127.0.0.1:0", $"--Endpoints:Http={address}", "--Logging:LogLevel:Default=Warning"]);

        (await program.WaitForExitAsync(TimeSpan.FromSeconds(60))).ShouldBe(1, program.Output);
        program.Output.ShouldBe($"standalone: Another process listens at {address}. Stop it, or set Endpoints:Http to another port.\n");
    }

    [Fact]
    public void The_program_works_in_the_usual_folder_when_none_is_named()
    {
        StandaloneSettings.FromCommandLine(["--Serving:MaxTracksPerArtist", "1"]).DataFolder.Name.ShouldBe(".recsys");
        StandaloneSettings.FromCommandLine([]).Arguments.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_whole_system_starts_in_a_folder_whose_name_is_awkward()
    {
        await using var host = await StandaloneHost.StartAsync(
            StandaloneSettings.Quiet(new DirectoryInfo(_folder.File("a;b=c 'd'"))), Cancellation);
        host.GrpcAddress.Port.ShouldBePositive();
        File.Exists(_folder.File("a;b=c 'd'/recsys.db")).ShouldBeTrue();
    }

    private Task<DataFolderLease> TakeAsync(DataFolderHolder? holder) => DataFolderLease.TakeAsync(Folder, holder, TimeSpan.Zero, Cancellation);

    private Task<(DataFolderLease? Taken, Uri? Running)> EnterAsync(DataFolderHolder? holder, TimeSpan patience) =>
        DataFolderLease.EnterAsync(Folder, holder, patience, Cancellation);
}
