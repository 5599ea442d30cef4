using RecSys.Data.Models;

namespace RecSys.Data.Tests.Models;

public abstract class ModelStoreTests(MigratedDatabases databases, string provider) : DatabaseTests(databases, provider)
{
    private static readonly Dictionary<string, string> Settings = new() { ["als.factors"] = "64", ["ключ"] = "значение \"'\\" };

    private ModelStore Models => Database.Models;

    [Fact]
    public async Task Version_goes_from_training_to_ready_with_all_that_is_known_of_it()
    {
        var begun = await Models.BeginAsync("v1", Settings, Cancellation);
        begun.Status.ShouldBe(ModelStatus.Training);
        begun.CreatedAt.ShouldBe(Database.Clock.Now);

        await Models.FinishAsync("v1", Result(("als/recall@20", 0.1234567890123), ("zero", 0), ("tiny", 1e-300)), Cancellation);

        var model = await Models.GetAsync("v1", Cancellation);
        model.ShouldNotBeNull();
        model.Status.ShouldBe(ModelStatus.Ready);
        model.CreatedAt.ShouldBe(Database.Clock.Now);
        model.Settings.ShouldBe(Settings, ignoreOrder: true);
        model.Metrics.ShouldBe(
            new Dictionary<string, double> { ["als/recall@20"] = 0.1234567890123, ["zero"] = 0, ["tiny"] = 1e-300 }, ignoreOrder: true);
        (model.UserCount, model.TrackCount, model.InteractionCount).ShouldBe((1, 2, 3_000_000_000));
        model.TrainingTime.ShouldBe(TimeSpan.FromMilliseconds(12_345));
        model.Error.ShouldBeNull();
    }

    [Fact]
    public async Task Finishing_may_be_repeated_when_its_answer_was_lost()
    {
        await WriteAsync("v1");
        var result = Result(("als/recall@20", 0.1), ("als/ndcg@20", 1.0 / 3)) with { TrainingTime = TimeSpan.FromTicks(123_456_789) };

        await Models.FinishAsync("v1", result, Cancellation);
        await Models.FinishAsync("v1", result, Cancellation);

        (await Models.GetAsync("v1", Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Ready);
    }

    [Fact]
    public async Task Rows_come_back_as_they_were_written_in_their_own_version_only()
    {
        await WriteAsync("v1", "α");
        await WriteAsync("v2", "β");

        var list = await Models.ReadUserRecommendationsAsync("v1", "user1", Cancellation);
        list.ShouldNotBeNull();
        list.TrackIds.ShouldBe(["αtrack1", "a,\"b\"{}\\", ""]);
        list.Scores.ShouldBe([1.5f, float.Epsilon, -float.MaxValue]);
        list.Sources.ShouldBe(["als", "similar", "popular"]);
        var similar = await Models.ReadSimilarAsync("v2", "track3", Cancellation);
        similar.ShouldNotBeNull();
        similar.SimilarTrackIds.ShouldBe(["βnear", "βfar"]);
        similar.Scores.ShouldBe([0.1f, -0.3333333f]);
        (await Models.ReadPopularAsync("v2", null, Cancellation)).ShouldBe(
            [
                new PopularTrackRow(1, "βhit", 5_000_000_000, 9_000_000_000) { ModelVersion = "v2" },
                new PopularTrackRow(2, "βother", 2, 3) { ModelVersion = "v2" },
            ]);
        (await Models.ReadPopularAsync("v2", 1, Cancellation)).Count.ShouldBe(1);
        (await Models.ReadUserRecommendationsAsync("v1", "nobody", Cancellation)).ShouldBeNull();
        (await Models.ReadSimilarAsync("v1", "nothing", Cancellation)).ShouldBeNull();
        (await Models.ReadPopularAsync("v3", null, Cancellation)).ShouldBeEmpty();
        var all = await Models.ReadAllSimilarAsync("v1", Cancellation).Select(row => row.TrackId).ToListAsync(Cancellation);
        all.ShouldBe(Enumerable.Range(0, 50).Select(number => $"track{number}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Empty_lists_are_lists()
    {
        await Models.BeginAsync("v1", Settings, Cancellation);

        await Models.WriteUserRecommendationsAsync("v1", [new("ann", [], [], [])], Cancellation);

        (await Models.ReadUserRecommendationsAsync("v1", "ann", Cancellation)).ShouldNotBeNull().TrackIds.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_version_is_active_before_the_first_activation()
    {
        await WriteAsync("v1");

        (await Models.GetActiveAsync(Cancellation)).ShouldBeNull();
        (await Should.ThrowAsync<ModelStoreException>(() => Models.RollbackAsync(Cancellation))).Error.ShouldBe(ModelStoreError.NoPrevious);
    }

    [Fact]
    public async Task Activation_records_the_previous_version_and_rollback_swaps_them()
    {
        await WriteReadyAsync("v1", "v2", "v3");

        (await Models.ActivateAsync("v1", Cancellation)).ShouldBe(new ActiveModelRow("v1", null, Database.Clock.Now));
        (await Should.ThrowAsync<ModelStoreException>(() => Models.RollbackAsync(Cancellation))).Error.ShouldBe(ModelStoreError.NoPrevious);
        var first = Database.Clock.Now;
        Database.Clock.Now += TimeSpan.FromHours(1);
        (await Models.ActivateAsync("v1", Cancellation)).ActivatedAt.ShouldBe(first, "it was active already");
        (await Models.ActivateAsync("v2", Cancellation)).ShouldBe(new ActiveModelRow("v2", "v1", Database.Clock.Now));
        (await Models.RollbackAsync(Cancellation)).PreviousVersion.ShouldBe("v2");
        (await Models.GetActiveAsync(Cancellation)).ShouldBe(new ActiveModelRow("v1", "v2", Database.Clock.Now));
        (await Models.RollbackAsync(Cancellation)).Version.ShouldBe("v2");
        (await Models.ActivateAsync("v3", Cancellation)).PreviousVersion.ShouldBe("v2");
    }

    [Fact]
    public async Task Publishing_makes_a_version_ready_and_active_and_may_be_repeated_when_its_answer_was_lost()
    {
        await WriteAsync("v1");
        await WriteAsync("v2");

        var first = await Models.PublishAsync("v1", Result(("als/recall@20", 0.1)), null, Cancellation);
        Database.Clock.Now += TimeSpan.FromSeconds(1);
        (await Models.PublishAsync("v1", Result(("als/recall@20", 0.1)), null, Cancellation)).ShouldBe(first);

        first.ShouldNotBeNull().Version.ShouldBe("v1");
        (await Models.GetAsync("v1", Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Ready);
        (await Models.PublishAsync("v2", Result(), "v1", Cancellation)).ShouldBe(new ActiveModelRow("v2", "v1", Database.Clock.Now));
    }

    [Fact]
    public async Task Publishing_in_the_place_of_a_version_that_is_not_active_any_more_only_makes_ready()
    {
        await WriteAsync("v1");
        await WriteAsync("v2");
        await Models.PublishAsync("v1", Result(), null, Cancellation);

        (await Models.PublishAsync("v2", Result(), "v0", Cancellation)).ShouldNotBeNull().Version.ShouldBe("v1");

        (await Models.GetAsync("v2", Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Ready);
    }

    [Fact]
    public async Task A_version_that_cannot_become_active_does_not_become_ready()
    {
        await WriteAsync("v1");
        await Should.ThrowAsync<ArgumentException>(() => Models.PublishAsync("v1", Result() with { Refusal = "worse" }, null, Cancellation));
        (await Should.ThrowAsync<ModelStoreException>(() => Models.PublishAsync("unknown", Result(), null, Cancellation)))
            .Error.ShouldBe(ModelStoreError.NotFound);

        (await Models.GetAsync("v1", Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Training);
        (await Models.GetActiveAsync(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Only_a_ready_version_can_be_activated()
    {
        await Models.BeginAsync("training", Settings, Cancellation);
        await Models.BeginAsync("failed", Settings, Cancellation);
        await Models.FailAsync("failed", "out of memory", Cancellation);

        (await Should.ThrowAsync<ModelStoreException>(() => Models.ActivateAsync("training", Cancellation))).Error.ShouldBe(ModelStoreError.NotReady);
        (await Should.ThrowAsync<ModelStoreException>(() => Models.ActivateAsync("failed", Cancellation))).Error.ShouldBe(ModelStoreError.NotReady);
        (await Should.ThrowAsync<ModelStoreException>(() => Models.ActivateAsync("unknown", Cancellation))).Error.ShouldBe(ModelStoreError.NotFound);
        (await Models.GetActiveAsync(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Activations_at_once_end_with_one_of_them_active_and_another_previous()
    {
        var versions = Enumerable.Range(0, 8).Select(number => $"v{number}").ToArray();
        await WriteReadyAsync(versions);

        await Task.WhenAll(versions.Select(version => Task.Run(() => OpenAgain().Models.ActivateAsync(version, Cancellation))));

        var active = await Models.GetActiveAsync(Cancellation);
        active.ShouldNotBeNull();
        versions.ShouldContain(active.Version);
        versions.ShouldContain(active.PreviousVersion);
        active.PreviousVersion.ShouldNotBe(active.Version);
    }

    [Fact]
    public async Task Version_that_is_not_in_training_takes_no_rows()
    {
        await WriteReadyAsync("ready");

        foreach (var (version, error) in new[] { ("ready", ModelStoreError.NotTraining), ("unknown", ModelStoreError.NotFound) })
        {
            Func<Task>[] writes =
            [
                () => Models.WriteUserRecommendationsAsync(version, [new("new", [], [], [])], Cancellation),
                () => Models.WriteSimilarAsync(version, [new("new", [], [])], Cancellation),
                () => Models.WritePopularAsync(version, [new(9, "new", 1, 1)], Cancellation),
                () => Database.Artifacts.WriteBytesAsync(version, "new", new byte[1], Cancellation),
                () => Models.FinishAsync(version, Result(("other", 1)), Cancellation),
                () => Models.FailAsync(version, "why", Cancellation),
            ];
            foreach (var write in writes)
            {
                (await Should.ThrowAsync<ModelStoreException>(write)).Error.ShouldBe(error);
            }
        }

        (await Models.ReadUserRecommendationsAsync("ready", "new", Cancellation)).ShouldBeNull();
        (await Models.GetAsync("ready", Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Ready);
    }

    [Fact]
    public async Task Version_id_can_be_used_once()
    {
        await Models.BeginAsync("v1", Settings, Cancellation);

        (await Should.ThrowAsync<ModelStoreException>(() => Models.BeginAsync("v1", Settings, Cancellation)))
            .Error.ShouldBe(ModelStoreError.AlreadyExists);
    }

    [Fact]
    public async Task One_of_many_that_begin_the_same_version_at_once_wins()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await OpenAgain().Models.BeginAsync("v1", Settings, Cancellation);
                return "won";
            }
            catch (ModelStoreException exception)
            {
                return exception.Error.ToString();
            }
        })));

        outcomes.Count(outcome => outcome == "won").ShouldBe(1);
        outcomes.Count(outcome => outcome == nameof(ModelStoreError.AlreadyExists)).ShouldBe(7);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("nul\0")]
    public async Task Unusable_version_id_is_refused(string version) =>
        await Should.ThrowAsync<ArgumentException>(() => Models.BeginAsync(version, Settings, Cancellation));

    [Fact]
    public async Task Values_that_no_database_can_keep_are_refused()
    {
        await Models.BeginAsync("v1", Settings, Cancellation);

        await Should.ThrowAsync<ArgumentException>(() => Models.BeginAsync("v2", new Dictionary<string, string> { ["a"] = "\0" }, Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Models.FinishAsync("v1", Result(("bad", double.NaN)), Cancellation));
        await Should.ThrowAsync<ArgumentException>(() =>
            Models.WriteUserRecommendationsAsync("v1", [new("ann", ["a\0"], [1], ["als"])], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() =>
            Models.WriteUserRecommendationsAsync("v1", [new("ann", ["a"], [float.PositiveInfinity], ["als"])], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() =>
            Models.WriteUserRecommendationsAsync("v1", [new("ann", ["a", "b"], [1, 2], ["als"])], Cancellation));
        await Should.ThrowAsync<ArgumentException>(() => Models.WriteSimilarAsync("v1", [new("a", ["b"], [])], Cancellation));
        (await Models.ReadUserRecommendationsAsync("v1", "ann", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Failed_version_tells_why_and_has_no_rows()
    {
        await WriteAsync("v1");

        await Models.FailAsync("v1", "out of memory", Cancellation);

        var model = await Models.GetAsync("v1", Cancellation);
        model.ShouldNotBeNull();
        (model.Status, model.Error).ShouldBe((ModelStatus.Failed, "out of memory"));
        (await CountRowsAsync("v1")).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_of_a_trainer_that_died_are_never_seen_and_are_removed_by_the_next()
    {
        await WriteReadyAsync("old");
        await Models.ActivateAsync("old", Cancellation);
        var generated = 0;

        // The trainer's process ends in the middle of writing: nothing more is called.
        await Models.BeginAsync("dead", Settings, Cancellation);
        await Models.WriteSimilarAsync("dead", [new("track", ["near"], [1])], Cancellation);
        await Should.ThrowAsync<IOException>(() => Models.WriteUserRecommendationsAsync(
            "dead",
            Enumerable.Range(0, 10_000).Select(number => ++generated == 9_000 ? throw new IOException("died") : List($"user{number}")),
            Cancellation));

        var next = OpenAgain().Models;
        (await next.GetActiveAsync(Cancellation)).ShouldNotBeNull().Version.ShouldBe("old");
        (await Should.ThrowAsync<ModelStoreException>(() => next.ActivateAsync("dead", Cancellation))).Error.ShouldBe(ModelStoreError.NotReady);
        (await next.RemoveUnfinishedAsync(Cancellation)).ShouldBe(1);
        (await next.GetAsync("dead", Cancellation)).ShouldNotBeNull().Status.ShouldBe(ModelStatus.Failed);
        (await CountRowsAsync("dead")).ShouldBe(0);
        (await CountRowsAsync("old")).ShouldBeGreaterThan(0);
        (await next.RemoveUnfinishedAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Retention_keeps_the_newest_and_never_removes_the_active_or_the_previous_version()
    {
        string[] versions = ["v0", "v1", "v2", "v3", "v4", "v5", "v6"];
        await WriteReadyAsync(versions);
        await Models.ActivateAsync("v1", Cancellation);
        await Models.ActivateAsync("v0", Cancellation);
        Database.Clock.Now += TimeSpan.FromHours(1);
        await Models.BeginAsync("training", Settings, Cancellation);
        foreach (var version in new[] { "f0", "f1", "f2" })
        {
            Database.Clock.Now += TimeSpan.FromHours(1);
            await Models.BeginAsync(version, Settings, Cancellation);
            await Models.FailAsync(version, "why", Cancellation);
        }

        (await Models.RetainAsync(2, Cancellation)).ShouldBe(["v2", "v3", "v4", "f0"]);

        (await Models.ListAsync(100, null, Cancellation)).Models.Select(model => model.Version)
            .ShouldBe(["f2", "f1", "training", "v6", "v5", "v1", "v0"]);
        (await CountRowsAsync("v3")).ShouldBe(0);
        (await CountRowsAsync("v0")).ShouldBeGreaterThan(0);
        (await Models.RetainAsync(2, Cancellation)).ShouldBeEmpty();
        (await Models.RetainAsync(0, Cancellation)).ShouldBe(["v5", "v6", "f1", "f2"]);
        (await Models.RollbackAsync(Cancellation)).Version.ShouldBe("v1");
    }

    [Fact]
    public async Task Deleting_takes_a_version_with_its_rows_but_none_that_is_in_use()
    {
        await WriteReadyAsync("v0", "v1", "v2");
        await Models.ActivateAsync("v0", Cancellation);
        await Models.ActivateAsync("v1", Cancellation);
        await Models.BeginAsync("training", Settings, Cancellation);

        await Models.DeleteAsync("v2", Cancellation);

        (await Models.GetAsync("v2", Cancellation)).ShouldBeNull();
        (await CountRowsAsync("v2")).ShouldBe(0);
        foreach (var used in new[] { "v0", "v1", "training" })
        {
            (await Should.ThrowAsync<ModelStoreException>(() => Models.DeleteAsync(used, Cancellation))).Error.ShouldBe(ModelStoreError.InUse);
        }

        (await CountRowsAsync("v0")).ShouldBeGreaterThan(0);
        (await Should.ThrowAsync<ModelStoreException>(() => Models.DeleteAsync("v2", Cancellation))).Error.ShouldBe(ModelStoreError.NotFound);
    }

    [Fact]
    public async Task Large_version_is_removed_in_pieces_to_the_last_row()
    {
        await Models.BeginAsync("large", Settings, Cancellation);
        await Models.WriteUserRecommendationsAsync("large", Enumerable.Range(0, 12_000).Select(number => List($"user{number}")), Cancellation);
        await Models.FinishAsync("large", Result(), Cancellation);

        (await Models.RetainAsync(0, Cancellation)).ShouldBe(["large"]);

        (await CountRowsAsync("large")).ShouldBe(0);
        (await Models.GetAsync("large", Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Pages_stay_in_step_while_versions_come_and_go()
    {
        foreach (var number in Enumerable.Range(0, 10))
        {
            // Two of each time: the id decides.
            Database.Clock.Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(number / 2);
            await WriteReadyAsync(advance: TimeSpan.Zero, $"v{number}");
        }

        var first = await Models.ListAsync(3, null, Cancellation);
        first.Models.Select(model => model.Version).ShouldBe(["v9", "v8", "v7"]);
        Database.Clock.Now += TimeSpan.FromDays(1);
        await WriteReadyAsync("new");
        await Models.ActivateAsync("v0", Cancellation);
        await Models.RetainAsync(6, Cancellation);

        var second = await Models.ListAsync(3, first.NextPageToken, Cancellation);
        second.Models.Select(model => model.Version).ShouldBe(["v6", "v5", "v0"]);
        second.NextPageToken.ShouldBeNull();
    }

    [Theory]
    [InlineData("nonsense!")]
    [InlineData("AAAA")]
    [InlineData("Og")]
    public async Task Token_that_was_never_given_out_is_refused(string token) =>
        await Should.ThrowAsync<InvalidPageTokenException>(() => Models.ListAsync(10, token, Cancellation));

    [Fact]
    public async Task Only_one_training_holds_the_lock()
    {
        var other = OpenAgain().TrainerLock;
        await using (var held = await Database.TrainerLock.TryAcquireAsync(Cancellation))
        {
            held.ShouldNotBeNull().Lost.IsCancellationRequested.ShouldBeFalse();
            (await other.TryAcquireAsync(Cancellation)).ShouldBeNull();
            (await Database.TrainerLock.TryAcquireAsync(Cancellation)).ShouldBeNull();
        }

        await using var next = await other.TryAcquireAsync(Cancellation);
        next.ShouldNotBeNull();
    }

    private static UserRecommendationsRow List(string user) => new(user, ["one", "two"], [2, 1], ["als", "als"]);

    private static ModelResult Result(params (string Name, double Value)[] metrics) =>
        new(metrics.ToDictionary(metric => metric.Name, metric => metric.Value), 1, 2, 3_000_000_000, TimeSpan.FromMilliseconds(12_345));

    private Task WriteReadyAsync(params string[] versions) => WriteReadyAsync(TimeSpan.FromMinutes(1), versions);

    private async Task WriteReadyAsync(TimeSpan advance, params string[] versions)
    {
        foreach (var version in versions)
        {
            await WriteAsync(version);
            await Models.FinishAsync(version, Result(), Cancellation);
            Database.Clock.Now += advance;
        }
    }

    private async Task WriteAsync(string version, string prefix = "")
    {
        await Models.BeginAsync(version, Settings, Cancellation);
        await Models.WriteUserRecommendationsAsync(
            version,
            Enumerable.Range(0, 50).Select(number => new UserRecommendationsRow(
                $"user{number}",
                [$"{prefix}track{number}", "a,\"b\"{}\\", ""],
                [1.5f, float.Epsilon, -float.MaxValue],
                ["als", "similar", "popular"])),
            Cancellation);
        await Models.WriteSimilarAsync(
            version,
            Enumerable.Range(0, 50).Select(number => new SimilarTracksRow($"track{number}", [$"{prefix}near", $"{prefix}far"], [0.1f, -0.3333333f])),
            Cancellation);
        await Models.WritePopularAsync(
            version, [new(1, $"{prefix}hit", 5_000_000_000, 9_000_000_000), new(2, $"{prefix}other", 2, 3)], Cancellation);
        await Database.Artifacts.WriteBytesAsync(version, "bytes", new byte[] { 1, 2, 3 }, Cancellation);
    }

    private async Task<int> CountRowsAsync(string version)
    {
        await using var context = Database.Database.CreateContext();
        return context.UserRecommendations.Count(row => row.ModelVersion == version)
            + context.SimilarTracks.Count(row => row.ModelVersion == version)
            + context.PopularTracks.Count(row => row.ModelVersion == version)
            + context.ModelArtifacts.Count(row => row.ModelVersion == version);
    }
}

public sealed class PostgresModelStoreTests(MigratedDatabases databases) : ModelStoreTests(databases, DatabaseOptions.Postgres);

public sealed class SqliteModelStoreTests(MigratedDatabases databases) : ModelStoreTests(databases, DatabaseOptions.Sqlite);
