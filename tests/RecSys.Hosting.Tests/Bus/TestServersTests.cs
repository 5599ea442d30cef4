using System.Globalization;
using Npgsql;
using RabbitMQ.Client;
using RecSys.TestKit;

namespace RecSys.Hosting.Tests.Bus;

public sealed class TestServersTests(PostgresFixture postgres, RabbitMqFixture rabbitMq)
{
    [Fact]
    public async Task Postgres_keeps_its_data_over_a_kill_and_a_stop()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(database, "CREATE TABLE t (x int)");

        await ExecuteAsync(database, "INSERT INTO t VALUES (1)");
        await server.KillAsync();
        await server.RestartAsync();
        await ExecuteAsync(database, "INSERT INTO t VALUES (2)");
        await server.StopAsync();
        await Should.ThrowAsync<NpgsqlException>(() => ExecuteAsync(database, "SELECT 1"));
        await server.RestartAsync();

        (await ExecuteAsync(database, "SELECT sum(x)::int FROM t")).ShouldBe(3);
    }

    [Fact]
    public async Task Every_caller_gets_a_database_of_its_own()
    {
        var first = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var second = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);

        await ExecuteAsync(first, "CREATE TABLE t (x int)");

        (await ExecuteAsync(second, "SELECT to_regclass('t') IS NULL")).ShouldBe(true);
    }

    [Fact]
    public async Task Every_caller_gets_a_virtual_host_of_its_own()
    {
        var first = await rabbitMq.CreateVirtualHostAsync();
        var second = await rabbitMq.CreateVirtualHostAsync();
        await using var connection = await new ConnectionFactory { Uri = first }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        await channel.QueueDeclareAsync("q", durable: true, exclusive: false, autoDelete: false);

        var server = await rabbitMq.GetServerAsync();
        (await server.ControlAsync(first, "list_queues", "name")).ShouldContain("q\n");
        (await server.ControlAsync(second, "list_queues", "name")).ShouldNotContain("q\n");
    }

    [Fact]
    public async Task Nothing_outlives_a_test_run_that_is_killed()
    {
        // The watchdog belongs to a process, so this test needs one to kill: this very test program, asked to start servers.
        await using var victim = ChildProcess.StartDotnet(
            typeof(TestServersTests).Assembly.Location,
            ["-method", $"{typeof(TestServersTests).FullName}.{nameof(Servers_for_the_test_that_is_killed)}", "-showliveoutput"],
            new Dictionary<string, string?> { [VictimVariable] = "yes" });
        var line = await victim.WaitForLineAsync("servers:", TimeSpan.FromMinutes(2));
        var parts = line[(line.IndexOf("servers:", StringComparison.Ordinal) + "servers:".Length)..].Split(' ');
        var processes = parts.TakeWhile(part => part != "in").Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToArray();
        var folders = parts.SkipWhile(part => part != "in").Skip(1).ToArray();
        processes.ShouldAllBe(id => IsAlive(id));

        await victim.KillAsync();

        await Wait.UntilAsync(
            () => !processes.Any(IsAlive) && !folders.Any(Directory.Exists), TimeSpan.FromSeconds(30), "the servers' end");
    }

    private const string VictimVariable = "RECSYS_TESTKIT_VICTIM";

    [Fact]
    public async Task Servers_for_the_test_that_is_killed()
    {
        var database = await postgres.GetServerAsync();
        var broker = await rabbitMq.GetServerAsync();
        int[] processes = [.. database.ProcessIds, .. broker.ProcessIds];
        processes.ShouldAllBe(id => IsAlive(id));
        if (Environment.GetEnvironmentVariable(VictimVariable) is not null)
        {
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"servers:{string.Join(' ', processes)} in {database.Folder} {broker.Folder}");
            await Task.Delay(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            var state = File.ReadAllText($"/proc/{processId}/stat");
            return state[state.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
