using System.Runtime.ExceptionServices;

namespace RecSys.Algorithms;

/// <summary>Runs tasks 0 … count − 1 on several threads, each taking the next task when it is free.</summary>
internal static class WorkQueue
{
    /// <summary>The number of threads for a setting where 0 means every core.</summary>
    public static int ThreadCount(int setting) => setting == 0 ? Environment.ProcessorCount : setting;

    /// <summary>Runs <paramref name="run"/>(task, worker) for every task; workers are 0 … threadCount − 1, one thread each at a time. What a task throws is thrown here.</summary>
    public static void Run(int taskCount, int threadCount, CancellationToken cancellationToken, Action<int, int> run)
    {
        cancellationToken.ThrowIfCancellationRequested();
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
