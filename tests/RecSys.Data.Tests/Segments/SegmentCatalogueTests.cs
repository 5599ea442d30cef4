using RecSys.Data.Segments;

namespace RecSys.Data.Tests.Segments;

/// <summary>What every catalogue of the lake promises, wherever it is kept and however many use it at once.</summary>
public abstract class SegmentCatalogueTests : IAsyncLifetime
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private ISegmentCatalogue _catalogue = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        _catalogue = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_added_is_listed_in_the_order_of_the_paths_with_all_that_is_known_of_it()
    {
        var import = Import("log") with { Files = "a.parquet\nb.parquet", Rows = 7, Bytes = 5_000_000_000 };
        string[] paths = ["listens/late/a", "listens/date=2026-01-02/b", "listens/date=2026-01-02/B", "listens/date=2026-01-02/é", "listens/date=2026-01-02/\U0001F3B5"];

        (await _catalogue.SwapAsync([.. paths.Select(Listens), import], [], Cancellation)).ShouldBeTrue();

        var listed = await Open().ListAsync(Cancellation);
        listed.Select(segment => segment.Path).ShouldBe(
            [import.Path, "listens/date=2026-01-02/B", "listens/date=2026-01-02/b", "listens/date=2026-01-02/é", "listens/date=2026-01-02/\U0001F3B5", "listens/late/a"]);
        listed[0].ShouldBe(import with { AddedAt = Now });
        (await Open().ListPathsAsync(Cancellation)).ShouldBe([import.Path, .. paths], ignoreOrder: true);
    }

    [Fact]
    public async Task Doing_a_swap_again_ends_as_doing_it_once()
    {
        await AddAsync("a", "b");

        (await _catalogue.SwapAsync([Listens("c"), Listens("d")], ["a", "b"], Cancellation)).ShouldBeTrue();
        (await Open().SwapAsync([Listens("c"), Listens("d")], ["a", "b"], Cancellation)).ShouldBeTrue();
        (await PresentAsync()).ShouldBe(["c", "d"]);

        // Also when what it added has been replaced meanwhile.
        (await _catalogue.SwapAsync([Listens("e")], ["c"], Cancellation)).ShouldBeTrue();
        (await _catalogue.SwapAsync([Listens("c"), Listens("d")], ["a", "b"], Cancellation)).ShouldBeTrue();
        (await PresentAsync()).ShouldBe(["d", "e"]);
    }

    [Fact]
    public async Task A_swap_of_something_that_is_no_longer_there_changes_nothing()
    {
        await AddAsync("a", "b");
        (await _catalogue.SwapAsync([Listens("c")], ["a"], Cancellation)).ShouldBeTrue();

        (await _catalogue.SwapAsync([Listens("d")], ["a", "b"], Cancellation)).ShouldBeFalse("a was replaced");
        (await _catalogue.SwapAsync([Listens("d")], ["b", "unknown"], Cancellation)).ShouldBeFalse();
        (await _catalogue.SwapAsync([], ["a", "b"], Cancellation)).ShouldBeFalse("a was replaced");
        (await _catalogue.SwapAsync([Listens("b"), Listens("d")], ["c"], Cancellation)).ShouldBeFalse("of what is added one is there and the other isn't");

        (await PresentAsync()).ShouldBe(["b", "c"]);
        (await _catalogue.ListPathsAsync(Cancellation)).ShouldBe(["a", "b", "c"], ignoreOrder: true);
        (await _catalogue.SwapAsync([], ["b", "c", "b"], Cancellation)).ShouldBeTrue("a path that is named twice is one");
        (await PresentAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_has_one_import_and_who_replaces_it_names_the_one_before()
    {
        var (first, second) = (Import("log"), Import("log"));
        (await _catalogue.SwapAsync([first], [], Cancellation)).ShouldBeTrue();

        (await _catalogue.SwapAsync([second], [], Cancellation)).ShouldBeFalse();
        (await _catalogue.SwapAsync([Import("other"), Import("other")], [], Cancellation)).ShouldBeFalse("two at once");
        (await _catalogue.SwapAsync([Import("other")], [], Cancellation)).ShouldBeTrue();
        (await _catalogue.SwapAsync([second], [first.Path], Cancellation)).ShouldBeTrue();
        (await _catalogue.SwapAsync([Import("log")], [first.Path], Cancellation)).ShouldBeFalse("it was replaced already");
        (await _catalogue.SwapAsync([], [second.Path], Cancellation)).ShouldBeTrue();
        (await _catalogue.SwapAsync([Import("log")], [], Cancellation)).ShouldBeTrue("the name is free again");
    }

    [Fact]
    public async Task Of_many_who_replace_the_same_one_wins_and_the_others_left_no_trace()
    {
        await AddAsync("a", "b");
        var first = Import("log");
        await _catalogue.SwapAsync([first], [], Cancellation);

        var compactions = await AllAtOnceAsync(writer => Open().SwapAsync(
            [Listens($"merged-{writer}")], writer % 2 == 0 ? ["a", "b"] : ["b", "a"], Cancellation));
        var imports = await AllAtOnceAsync(_ => Open().SwapAsync([Import("log")], [first.Path], Cancellation));

        compactions.Count(isDone => isDone).ShouldBe(1);
        imports.Count(isDone => isDone).ShouldBe(1);
        var present = await PresentAsync();
        present.Count(path => path.StartsWith("merged-")).ShouldBe(1);
        present.Count.ShouldBe(2);
        (await _catalogue.ListPathsAsync(Cancellation)).Count.ShouldBe(5, "a, b, two imports, and what a and b became");
    }

    [Fact]
    public async Task Many_who_add_and_repeat_lose_and_double_nothing()
    {
        var done = await AllAtOnceAsync(async writer =>
        {
            var catalogue = Open();
            for (var i = 0; i < 5; i++)
            {
                // Two do the same, maybe at the same moment.
                (await catalogue.SwapAsync([Listens($"{writer / 2}-{i}")], [], Cancellation)).ShouldBeTrue();
            }

            return true;
        });

        done.Length.ShouldBe(6);
        (await PresentAsync()).ShouldBe(from writer in Enumerable.Range(0, 3) from i in Enumerable.Range(0, 5) select $"{writer}-{i}");
    }

    [Fact]
    public async Task Whoever_reads_while_others_replace_sees_all_before_or_all_after()
    {
        await AddAsync("0/a", "0/b");
        var reading = AllAtOnceAsync(async _ =>
        {
            var generations = 0;
            for (var i = 0; i < 20; i++)
            {
                await using var held = await Open().HoldAsync(Cancellation);
                held.Segments.Count.ShouldBe(2);
                generations += held.Segments.Select(segment => segment.Path.Split('/')[0]).Distinct().Count();
            }

            return generations == 20;
        });
        for (var i = 1; i < 20; i++)
        {
            (await _catalogue.SwapAsync([Listens($"{i}/a"), Listens($"{i}/b")], [$"{i - 1}/a", $"{i - 1}/b"], Cancellation)).ShouldBeTrue();
        }

        (await reading).ShouldAllBe(isWhole => isWhole);
    }

    [Fact]
    public async Task What_was_removed_may_go_after_the_grace_and_when_nobody_reads_it_any_more()
    {
        await AddAsync("a", "b", "c");
        await _catalogue.SwapAsync([], ["a"], Cancellation);
        Advance(Grace);
        (await RemovableAsync()).ShouldBe(["a"]);

        await using (var reader = await Open().HoldAsync(Cancellation))
        {
            reader.Segments.Select(segment => segment.Path).ShouldBe(["b", "c"]);
            Advance(TimeSpan.FromSeconds(1));
            await _catalogue.SwapAsync([], ["b"], Cancellation);
            Advance(Grace);
            (await RemovableAsync()).ShouldBe(["a"], "b is being read, and what was removed before that isn't");

            // A second one that comes later changes nothing of that, nor does its end.
            await using (await Open().HoldAsync(Cancellation))
            {
                (await RemovableAsync()).ShouldBe(["a"]);
            }

            (await RemovableAsync()).ShouldBe(["a"]);

            // Released twice is released once.
            await reader.DisposeAsync();
        }

        (await RemovableAsync()).ShouldBe(["a", "b"]);
        await _catalogue.SwapAsync([], ["c"], Cancellation);
        Advance(Grace - TimeSpan.FromSeconds(1));
        (await RemovableAsync()).ShouldBe(["a", "b"], "c was removed a moment too late");
    }

    [Fact]
    public async Task What_a_reader_was_told_of_stays_for_it_though_its_removal_says_that_it_began_before()
    {
        await AddAsync("a");
        await using (var reader = await Open().HoldAsync(Cancellation))
        {
            // As of a transaction that began before the reader came and was committed after it had read, or of another machine's clock.
            Advance(-TimeSpan.FromMinutes(1));
            await _catalogue.SwapAsync([Listens("b")], ["a"], Cancellation);
            Advance(Grace + TimeSpan.FromMinutes(2));

            reader.Segments.ShouldHaveSingleItem().Path.ShouldBe("a");
            (await RemovableAsync()).ShouldBeEmpty();
        }

        (await RemovableAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task What_is_forgotten_is_known_no_more_and_may_be_forgotten_again()
    {
        await AddAsync("a", "b");
        await _catalogue.SwapAsync([], ["a"], Cancellation);

        await _catalogue.ForgetAsync(["a", "unknown"], Cancellation);
        await Open().ForgetAsync(["a"], Cancellation);
        await _catalogue.ForgetAsync([], Cancellation);

        (await _catalogue.ListPathsAsync(Cancellation)).ShouldBe(["b"]);
        Advance(Grace);
        (await RemovableAsync()).ShouldBeEmpty();
        (await PresentAsync()).ShouldBe(["b"]);
    }

    /// <summary>The time of every opened catalogue.</summary>
    protected abstract DateTimeOffset Now { get; }

    protected abstract Task StartAsync();

    protected abstract Task EndAsync();

    protected abstract void Advance(TimeSpan time);

    /// <summary>The same catalogue, as another process would open it.</summary>
    protected abstract ISegmentCatalogue Open();

    private static SegmentRow Listens(string path) =>
        new(path, SegmentKind.Listens, "", "", 1, 1, DateTimeOffset.UnixEpoch, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private static SegmentRow Import(string name) =>
        new($"imports/{name}/{Guid.NewGuid():N}", SegmentKind.Import, name, "listens.parquet", 1, 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);

    private static Task<bool[]> AllAtOnceAsync(Func<int, Task<bool>> work) =>
        Task.WhenAll(Enumerable.Range(0, 6).Select(writer => Task.Run(() => work(writer), Cancellation)));

    private async Task AddAsync(params string[] paths) => (await _catalogue.SwapAsync([.. paths.Select(Listens)], [], Cancellation)).ShouldBeTrue();

    private async Task<IReadOnlyList<string>> PresentAsync() => [.. (await Open().ListAsync(Cancellation)).Select(segment => segment.Path)];

    private async Task<IReadOnlyList<string>> RemovableAsync() =>
        [.. (await Open().ListRemovableAsync(Grace, Cancellation)).Select(segment => segment.Path)];
}

public sealed class MemorySegmentCatalogueTests : SegmentCatalogueTests
{
    private readonly ManualClock _clock = new();
    private readonly MemorySegmentCatalogue _catalogue;

    public MemorySegmentCatalogueTests() => _catalogue = new MemorySegmentCatalogue(_clock);

    protected override DateTimeOffset Now => _clock.Now;

    protected override Task StartAsync() => Task.CompletedTask;

    protected override Task EndAsync() => Task.CompletedTask;

    protected override void Advance(TimeSpan time) => _clock.Now += time;

    protected override ISegmentCatalogue Open() => _catalogue;
}

public abstract class DatabaseSegmentCatalogueTests(MigratedDatabases databases, string provider) : SegmentCatalogueTests
{
    private readonly List<TestDatabase> _opened = [];
    private DateTimeOffset _now = new ManualClock().Now;
    private string _connection = "";

    protected override DateTimeOffset Now => _now;

    protected override async Task StartAsync() => _connection = await databases.CreateAsync(provider);

    protected override async Task EndAsync()
    {
        foreach (var database in _opened)
        {
            await database.DisposeAsync();
        }
    }

    protected override void Advance(TimeSpan time)
    {
        _now += time;
        _opened.ForEach(database => database.Clock.Now = _now);
    }

    protected override ISegmentCatalogue Open()
    {
        var database = new TestDatabase(provider, _connection) { Clock = { Now = _now } };
        lock (_opened)
        {
            _opened.Add(database);
        }

        return database.Segments;
    }
}

public sealed class PostgresSegmentCatalogueTests(MigratedDatabases databases) : DatabaseSegmentCatalogueTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteSegmentCatalogueTests(MigratedDatabases databases) : DatabaseSegmentCatalogueTests(databases, DatabaseOptions.Sqlite);
