using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Startup;

/// <summary>
/// Runs the startup tasks one after another, each until it succeeds, then the warm-ups, then opens the gate. A task that finds a setting
/// wrong ends the process: that heals by no waiting.
/// </summary>
internal sealed class StartupRunner(
    IEnumerable<IStartupTask> tasks,
    IEnumerable<IWarmUp> warmUps,
    StartupGate gate,
    Readiness readiness,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ServiceDefaults defaults,
    ILogger<StartupRunner> logger)
    : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The same reason is logged again only after this time.</summary>
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(30);

    /// <summary>For all warm-ups together.</summary>
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);

    private readonly IStartupTask[] _tasks = [.. tasks];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.GetTimestamp();
        try
        {
            for (var i = 0; i < _tasks.Length; i++)
            {
                await RunAsync(i, stoppingToken);
            }
        }
        catch (InvalidSettingsException problem)
        {
            gate.Fail(problem);
            lifetime.StopApplication();
            return;
        }

        // A host that can't listen must not have said that it is ready.
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(listening.SetResult);
        await listening.Task.WaitAsync(stoppingToken);

        gate.Answer();
        await WarmUpAsync(stoppingToken);
        readiness.Open();
        HostingLog.Ready(logger, defaults.Name, time.GetElapsedTime(started).TotalSeconds);
    }

    private async Task WarmUpAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(LongestWarmUp, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);
        foreach (var warmUp in warmUps)
        {
            try
            {
                await warmUp.RunAsync(linked.Token);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                HostingLog.WarmUpFailed(logger, warmUp.GetType().Name, exception);
            }
        }
    }

    private async Task RunAsync(int index, CancellationToken stoppingToken)
    {
        var task = _tasks[index];
        var pause = FirstPause;
        string? reason = null;
        long reasonLogged = 0;
        for (var attempt = 1; ; attempt++)
        {
            Report(index, reason, attempt);
            try
            {
                await task.RunAsync(stoppingToken);
                HostingLog.StartupTaskDone(logger, task.Name);
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested && exception is not InvalidSettingsException)
            {
                var newReason = OneLine(exception);
                if (newReason != reason || time.GetElapsedTime(reasonLogged) >= Reminder)
                {
                    HostingLog.Waiting(logger, task.WaitsFor, newReason, task.Name);
                    HostingLog.WaitingDetails(logger, task.Name, exception);
                    reasonLogged = time.GetTimestamp();
                }

                reason = newReason;
            }

            Report(index, reason, attempt);
            await Task.Delay(pause, time, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Report(int current, string? reason, int attempts) => gate.Wait([
        new(_tasks[current].Name, _tasks[current].WaitsFor, reason, attempts),
        .. _tasks.Skip(current + 1).Select(task => new StartupWait(task.Name, task.WaitsFor, null, 0)),
    ]);

    /// <summary>Drivers wrap the cause ("Exception while reading from stream"); the innermost message is the useful one.</summary>
    private static string OneLine(Exception exception)
    {
        var root = exception.GetBaseException();
        var text = root.Message == exception.Message ? exception.Message : $"{exception.Message} ({root.Message})";
        return text.ReplaceLineEndings(" ");
    }
}
