using Grpc.Core;
using RecSys.Contracts.Events.V1;
using RecSys.Contracts.Ingest.V1;
using RecSys.Contracts.Trainer.V1;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Faults;

/// <summary>The lake is compacted, a person is erased from it, models are trained on it and others read it while listens arrive.</summary>
public sealed class LakeUnderLoadTests(DistributedSystem system, S3Fixture s3) : IClassFixture<S3Fixture>
{
    private const int ListensPerSecond = 10_000;
    private const int Users = 1_000;
    private const long Deleted = 77;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Little to learn from, and nothing that the lake has to do with.
    private static readonly TrainModelRequest Training = new()
    {
        Settings =
        {
            ["als.factors"] = "8", ["als.iterations"] = "2", ["ranker.trees"] = "5", ["ranker.windows"] = "1", ["gate.enabled"] = "false", ["threads"] = "1",
        },
    };

    /// <summary>Whether the lake is in a bucket: always tried there, and in a folder as well where the faults take their time.</summary>
    public static TheoryData<bool> Lakes => IngestFaultTests.IsLong ? [true, false] : [true];

    [Theory]
    [MemberData(nameof(Lakes))]
    public async Task No_reader_fails_or_sees_a_listen_twice_or_misses_one(bool isInBucket)
    {
        await using var pair = await IngestPair.StartAsync(system, isInBucket ? await s3.GetServerAsync() : null);
        await using var load = new ListenLoad(pair.Addresses, ListensPerSecond, Users);
        using var ended = new CancellationTokenSource();
        var reading = ReadAsync(pair, ended.Token);

        var first = await TrainAsync(pair);
        await pair.Ingest.DeleteUserAsync(new DeleteUserRequest { UserId = load.UserOf(Deleted) });
        var deletedAt = DateTimeOffset.UtcNow;
        var second = await TrainAsync(pair);
        await Wait.UntilAsync(
            async () => (await pair.Ingest.ListDeletedUsersAsync(new ListDeletedUsersRequest())).DeletedUsers.Single().EraseTime is not null,
            Patience,
            "the person to be erased");

        await ended.CancelAsync();
        (await reading).ShouldBeGreaterThan(2, "readers ran beside all that");
        var sent = await load.EndAsync();
        var gone = Enumerable.Range(0, (int)(sent / Users) + 1).Count(place => Deleted + ((long)place * Users) < sent);
        await Wait.UntilAsync(
            async () => await pair.History.CountAsync(TestContext.Current.CancellationToken) == sent - gone, Patience, $"all but {gone} of {sent} listens");
        (await pair.CountLakeAsync()).ShouldBe(sent - gone);
        (await pair.Lake.ListAsync(TestContext.Current.CancellationToken)).Sum(segment => segment.Rows).ShouldBe(sent - gone, "no row is there twice");
        second.ShouldBeGreaterThan(first, "the second training saw more");
    }

    /// <summary>Reads the lake again and again; database and lake change together, so that each bounds what the other may have.</summary>
    private static async Task<int> ReadAsync(IngestPair pair, CancellationToken cancellationToken)
    {
        var readings = 0;
        for (; !cancellationToken.IsCancellationRequested; readings++)
        {
            // A person whose listens go meanwhile has some hundreds.
            const int OfOnePerson = 500;
            var before = await pair.History.CountAsync(CancellationToken.None);
            var read = await pair.CountLakeAsync();
            var after = await pair.History.CountAsync(CancellationToken.None);
            read.ShouldBeInRange(before - OfOnePerson, after + OfOnePerson);
            await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
        }

        return readings;
    }

    /// <returns>The cells that the version was made of.</returns>
    private static async Task<long> TrainAsync(IngestPair pair)
    {
        await Wait.UntilAsync(async () => await pair.History.CountAsync(CancellationToken.None) > 20_000, Patience, "listens to train on");
        var version = (await pair.Trainer.TrainModelAsync(Training)).ModelVersion;
        var last = new TrainingProgress();
        using var call = pair.Trainer.WatchTraining(new WatchTrainingRequest { ModelVersion = version });
        await foreach (var progress in call.ResponseStream.ReadAllAsync())
        {
            last = progress;
        }

        last.State.ShouldBe(TrainingState.Succeeded, last.Message);
        return (await pair.Trainer.GetModelAsync(new GetModelRequest { ModelVersion = version })).Model.InteractionCount;
    }
}
