using System.Globalization;
using LinqToDB.Data;
using LinqToDB.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using RecSys.Data;
using RecSys.Data.Histories;
using RecSys.Data.Schema;
using RecSys.TestKit;

namespace RecSys.Benchmarks.Stores;

/// <summary>Many rows into a table, in one transaction: the stores' own writer, linq2db's bulk copy, and EF Core itself.</summary>
internal static class BulkWriteBenchmark
{
    private const int RowsPerSave = 10_000;

    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var rows = arguments.Get("rows", 1_000_000);
        var rounds = arguments.Get("rounds", 2);
        LinqToDBForEFTools.Initialize();
        using var folder = new TempFolder();
        await using var postgres = await PostgresServer.StartAsync();
        foreach (var provider in new[] { DatabaseOptions.Postgres, DatabaseOptions.Sqlite })
        {
            (string Name, Func<RecSysDatabase, RecSysDbContext, IEnumerable<RecentListenRow>, Task> Write)[] ways =
            [
                ("own, insert", (database, context, listens) => database.Bulk.InsertAsync(context, listens, default)),
                ("own, new ones only", (database, context, listens) => database.Bulk.InsertNewAsync(context, listens, default)),
                ("linq2db, insert", (_, context, listens) => context.BulkCopyAsync(new BulkCopyOptions { BulkCopyType = BulkCopyType.ProviderSpecific, BulkCopyTimeout = 0 }, listens)),
                ("EF Core, insert", SaveAsync),
            ];
            var best = new Dictionary<string, (double Seconds, double CpuSeconds)>();
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (name, write) in ways)
                {
                    var connection = provider == DatabaseOptions.Postgres
                        ? await postgres.CreateDatabaseAsync()
                        : $"Data Source={folder.File(Guid.NewGuid().ToString("N"))}.db";
                    var took = await MeasureAsync(new DatabaseOptions { Provider = provider, ConnectionString = connection }, rows, write);
                    best[name] = best.TryGetValue(name, out var before) && before.Seconds < took.Seconds ? before : took;
                }
            }

            foreach (var (name, _) in ways)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{provider,-9} {name,-20} {best[name].Seconds,6:F1} s {best[name].CpuSeconds,6:F1} CPU-s of the client, {rows / best[name].Seconds / 1e3,6:F0} k rows/s, {best[name].Seconds / best[ways[0].Name].Seconds:F2} times the time of the first"));
            }
        }
    }

    private static async Task<(double Seconds, double CpuSeconds)> MeasureAsync(
        DatabaseOptions options, int rows, Func<RecSysDatabase, RecSysDbContext, IEnumerable<RecentListenRow>, Task> write)
    {
        var database = new RecSysDatabase(options, NullLoggerFactory.Instance);
        await new DatabaseMigrator(database, NullLogger<DatabaseMigrator>.Instance).MigrateAsync(default);
        const int Users = 1_000;
        await database.WriteAsync(
            context => database.Bulk.InsertAsync(context, Enumerable.Range(0, Users).Select(user => new UserRow(UserOf(user))), default), default);
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var listens = Enumerable.Range(0, rows).Select(row => new RecentListenRow(
            UserOf(row % Users), string.Create(CultureInfo.InvariantCulture, $"track-{row * 7919L % 100_000:D9}"), start.AddSeconds(row), row % 3 == 0 ? null : 0.5f)).ToArray();
        var clock = new Stopwatches();
        var written = await database.WriteOnceAsync(
            async context =>
            {
                await write(database, context, listens);
                return true;
            },
            default);
        var took = (clock.Seconds, clock.CpuSeconds);
        var count = await database.ReadAsync(context => context.RecentListens.CountAsync(), default);
        return count == rows && written ? took : throw new InvalidOperationException($"{count} of {rows} rows are there.");
    }

    private static async Task SaveAsync(RecSysDatabase database, RecSysDbContext context, IEnumerable<RecentListenRow> listens)
    {
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var piece in listens.Chunk(RowsPerSave))
        {
            context.AddRange(piece);
            await context.SaveChangesAsync();
            context.ChangeTracker.Clear();
        }
    }

    private static string UserOf(int user) => string.Create(CultureInfo.InvariantCulture, $"user-{user:D9}");
}
