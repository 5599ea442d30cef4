using System.Runtime.ExceptionServices;

namespace RecSys.Algorithms;

/// <summary>
/// Runs tasks 0 … count − 1 on several threads, each taking the next task when it is free. Nothing else in this project starts
/// work on other threads, so that a number of threads that was asked for is kept everywhere.
/// </summary>
internal static class WorkQueue
{
    /// <summary>The number of threads for a setting where 0 means every core.</summary>
    public static int ThreadCount(int setting) => setting == 0 ? Environment.ProcessorCount : setting;

    /// <summary>Runs every task with a state that its thread keeps from one task to the next.</summary>
    /// <param name="taskCount">Number of tasks.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work between two tasks.</param>
    /// <param name="create">Makes the state of a thread, when it gets its first task.</param>
    /// <param name="run">Runs a task.</param>
    public static void Run<TState>(
        int taskCount, int threadCount, CancellationToken cancellationToken, Func<TState> create, Action<int, TState> run)
        where TState : class
    {
        var states = new TState?[ThreadCount(threadCount)];
        Run(taskCount, states.Length, cancellationToken, (task, worker) => run(task, states[worker] ??= create()));
    }

    /// <summary>
    /// Runs <paramref name="run"/>(task, worker) for every task. Workers are 0 … threads − 1; no two tasks of one worker run at
    /// once. What a task throws is thrown here.
    /// </summary>
    /// <param name="taskCount">Number of tasks.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    /// <param name="cancellationToken">Ends the work between two tasks.</param>
    /// <param name="run">Runs a task.</param>
    public static void Run(int taskCount, int threadCount, CancellationToken cancellationToken, Action<int, int> run)
    {
        cancellationToken.ThrowIfCancellationRequested();
        threadCount = ThreadCount(threadCount);
        var next = -1;
        if (threadCount == 1 || taskCount == 1)
        {
            for (var task = 0; task < taskCount; task++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run(task, 0);
            }

            return;
        }

        ExceptionDispatchInfo? failure = null;
        Parallel.For(
            0,
            Math.Min(threadCount, taskCount),
            new ParallelOptions { MaxDegreeOfParallelism = threadCount },
            worker =>
            {
                while (!cancellationToken.IsCancellationRequested && Volatile.Read(ref failure) is null)
                {
                    var task = Interlocked.Increment(ref next);
                    if (task >= taskCount)
                    {
                        break;
                    }

                    try
                    {
                        run(task, worker);
                    }
                    catch (Exception exception)
                    {
                        // Rethrown below as it was, not wrapped in an AggregateException.
                        Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                    }
                }
            });
        failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
