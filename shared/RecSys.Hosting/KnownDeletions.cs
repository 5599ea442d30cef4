using MassTransit;
using RecSys.Contracts.Events.V1;
using RecSys.Data;
using RecSys.Data.Deletions;
using RecSys.Hosting.Bus;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting;

/// <summary>
/// Who was deleted, in memory: read before the process is ready, again whenever the bus says that somebody was, and every half minute, as a
/// message may be missed. Whoever stores something of people looks into the database all the same.
/// </summary>
public sealed class KnownDeletions(DeletedUserStore store)
{
    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile DeletedUsers _current = DeletedUsers.None;

    /// <summary>Called with deletions that have just become known; they are in <see cref="Current"/> already.</summary>
    public event Action<IReadOnlyList<DeletedUserRow>>? Learnt;

    /// <summary>Everybody who was deleted.</summary>
    public DeletedUsers Current => _current;

    /// <summary>Reads what is new.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; what is known stays known.</exception>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var before = _current;
            var rows = await store.ReadNewsAsync(before.Number, cancellationToken);

            // An id is known for as long as the database has it.
            var erased = before.Rows.Where(row => row.UserId is not null && rows.All(other => other.UserHash != row.UserHash)).Select(row => row with { UserId = null });
            _current = before.With([.. rows.Concat(erased)]);
            DeletedUserRow[] news = [.. rows.Where(row => row.Number > before.Number)];
            if (news.Length > 0)
            {
                Learnt?.Invoke(news);
            }
        }
        finally
        {
            _reading.Release();
        }
    }
}

/// <summary>Registers what knows of deletions.</summary>
public static class KnownDeletionServices
{
    /// <summary>Keeps <see cref="KnownDeletions"/> up to date in this process. May be called by every module of it.</summary>
    public static void AddKnownDeletions(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(KnownDeletions)))
        {
            return;
        }

        builder.AddDatabase();
        builder.Services.AddSingleton<KnownDeletions>();
        builder.Services.AddStartupTask<FirstReading>();
        builder.Services.AddHostedService<Reading>();
        builder.AddBusConsumer<UserDeletedConsumer, UserDeleted>(BusQueue.PerInstance("users.deleted"));
    }

    private sealed class FirstReading(KnownDeletions deletions, DatabaseMigrator database) : IStartupTask
    {
        public string Name => "deletions";

        public string WaitsFor => database.DescribeTarget();

        public Task RunAsync(CancellationToken cancellationToken) => deletions.ReadAsync(cancellationToken);
    }

    private sealed class Reading(KnownDeletions deletions, StartupGate gate, TimeProvider clock) : BackgroundService
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await gate.WaitAsync(stoppingToken);
            using var timer = new PeriodicTimer(Interval, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await deletions.ReadAsync(stoppingToken);
                }
                catch (DatabaseUnavailableException)
                {
                    // Whoever needs the database says that it is away.
                }
            }
        }
    }
}

/// <summary>Hears that somebody was deleted. Who that is, is read from the database: anybody may publish.</summary>
internal sealed class UserDeletedConsumer(KnownDeletions deletions) : IConsumer<UserDeleted>, ICatchUp
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<UserDeleted> context) => deletions.ReadAsync(context.CancellationToken);

    /// <inheritdoc/>
    public Task CatchUpAsync(CancellationToken cancellationToken) => deletions.ReadAsync(cancellationToken);
}
