using System.Text.RegularExpressions;
using RecSys.Algorithms.NextTracks;
using RecSys.TestKit;

namespace RecSys.Algorithms.Tests;

public sealed partial class WorkQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_more_tasks_run_at_once_than_threads_were_given_and_each_runs_once(int threadCount)
    {
        var running = 0;
        var most = 0;
        var runs = new int[200];

        WorkQueue.Run(runs.Length, threadCount, TestContext.Current.CancellationToken, (task, worker) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            worker.ShouldBeInRange(0, threadCount - 1);
            Interlocked.Increment(ref runs[task]);
            Thread.SpinWait(2000);
            Interlocked.Decrement(ref running);
        });

        runs.ShouldAllBe(count => count == 1);
        most.ShouldBeInRange(1, threadCount);
    }

    [Fact]
    public void A_thread_makes_its_state_once()
    {
        var made = 0;

        WorkQueue.Run(100, 2, TestContext.Current.CancellationToken, () => new List<int>(Interlocked.Increment(ref made)), (task, state) => state.Add(task));

        made.ShouldBeInRange(1, 2);
    }

    [Fact]
    public void What_a_task_throws_is_thrown_as_it_is() =>
        Should.Throw<AlgorithmException>(() => WorkQueue.Run(
            50, 2, TestContext.Current.CancellationToken, (task, _) => throw new AlgorithmException(AlgorithmError.TooLarge, "no")));

    [Fact]
    public void Next_track_models_are_asked_by_as_many_threads_as_were_given()
    {
        var pairs = Enumerable.Range(0, 4000).ToArray();
        var model = new CountingModel();
        var test = new NextTrackPairs(
            1, 1, new int[pairs.Length], new int[pairs.Length], new int[pairs.Length], new int[pairs.Length], new long[pairs.Length]);

        NextTrackEvaluator.Evaluate(model, test, [true], [true], threadCount: 1, cancellationToken: TestContext.Current.CancellationToken);

        model.Most.ShouldBe(1);
    }

    [Fact]
    public void Only_the_queue_starts_work_on_other_threads()
    {
        var root = Checkout.PathTo("shared", "RecSys.Algorithms");
        var others = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}") && !path.EndsWith("WorkQueue.cs"))
            .Where(path => OtherThreads().IsMatch(File.ReadAllText(path)));

        others.ShouldBeEmpty();
    }

    [GeneratedRegex(@"\bParallel\.|AsParallel\(|ProcessorCount|Task\.Run|new Thread\(")]
    private static partial Regex OtherThreads();

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private sealed class CountingModel : INextTrackModel
    {
        private int _running;
        private int _most;

        public int Most => _most;

        public string Name => "counting";

        public ScoredItem[] RecommendNext(int userIndex, int itemIndex, RecommendOptions options)
        {
            InterlockedMax(ref _most, Interlocked.Increment(ref _running));
            Thread.SpinWait(500);
            Interlocked.Decrement(ref _running);
            return [new ScoredItem(0, 1)];
        }
    }
}
