namespace RecSys.Trainer.Pipeline;

/// <summary>
/// Runs the steps of one training. What a step makes is written to the work folder; a step that an earlier training with the same
/// settings has finished is not run again, and what it made comes back from there.
/// </summary>
/// <param name="modelVersion">The version in training.</param>
/// <param name="checkpoint">The training's part of the work folder.</param>
/// <param name="reporter">Receives the progress.</param>
/// <param name="clock">Measures the steps.</param>
/// <param name="logger">Is told of each step that is done.</param>
internal sealed class TrainingSteps(
    string modelVersion, TrainingCheckpoint checkpoint, TrainingReporter reporter, TimeProvider clock, ILogger logger)
{
    private readonly Dictionary<string, double> _seconds = checkpoint.Steps.ToDictionary(step => step.Name, step => step.Seconds);
    private bool _hasRun;

    /// <summary>How long all steps together took, those of an earlier, interrupted training among them.</summary>
    public TimeSpan TotalTime => TimeSpan.FromSeconds(_seconds.Values.Sum());

    /// <summary>How long each step took, as <c>stage/read-seconds</c>.</summary>
    public IReadOnlyDictionary<string, double> Times => _seconds.ToDictionary(step => $"stage/{step.Key}-seconds", step => step.Value);

    /// <summary>The file in which a step that makes lists writes them by itself.</summary>
    public string ListsOf(string step) => checkpoint.PathOf(step + "-lists");

    /// <summary>Says where the training goes on, if an earlier one has finished steps of it.</summary>
    public void ReportResumption()
    {
        if (checkpoint.Steps is [.., { Name: var last }])
        {
            reporter.Begin(last).Report(1, $"going on after step {last}, which an earlier training finished");
            TrainerLog.TrainingResumed(logger, modelVersion, last, checkpoint.BegunAt);
        }
    }

    /// <summary>Makes what a step makes, or takes it from the work folder.</summary>
    /// <param name="step">The step's name in the plan.</param>
    /// <param name="make">Does the work.</param>
    public Task<Kept<T>> KeepAsync<T>(string step, Func<StepProgress, Task<T>> make)
        where T : class, IOutcome<T> => KeepAsync(step, make, T.Read);

    /// <summary>Makes what a step makes, or takes it from the work folder.</summary>
    /// <param name="step">The step's name in the plan.</param>
    /// <param name="make">Does the work.</param>
    /// <param name="read">Reads what the step made where it takes other things than the file to do so.</param>
    public async Task<Kept<T>> KeepAsync<T>(string step, Func<StepProgress, Task<T>> make, Func<CheckpointReader, T> read)
        where T : class, IOutcome
    {
        T Load() => checkpoint.Read(step, read);
        if (checkpoint.IsFinished(step))
        {
            return new Kept<T>(Load);
        }

        var progress = Begin(step);
        var begun = clock.GetTimestamp();
        var outcome = await make(progress);
        var time = clock.GetElapsedTime(begun);
        await Task.Run(() => checkpoint.Finish(step, outcome.Write, time));
        End(step, progress, time);
        return new Kept<T>(Load, outcome);
    }

    /// <summary>Runs a step that writes to the database. Nothing of it is kept: a training that is taken up again does it again.</summary>
    /// <param name="step">The step's name in the plan.</param>
    /// <param name="work">Does the work.</param>
    public async Task RunAsync(string step, Func<StepProgress, Task> work)
    {
        var progress = Begin(step);
        var begun = clock.GetTimestamp();
        await work(progress);
        End(step, progress, clock.GetElapsedTime(begun));
    }

    private StepProgress Begin(string step)
    {
        if (_hasRun)
        {
            LargeHeap.Trim();
        }

        _hasRun = true;
        return reporter.Begin(step);
    }

    private void End(string step, StepProgress progress, TimeSpan time)
    {
        _seconds[step] = time.TotalSeconds;
        progress.Report(1);
        TrainerLog.StepDone(logger, modelVersion, step, progress.Message, time.TotalSeconds);
    }
}

/// <summary>What a step made. It is in memory until it is released; whoever takes it later reads it from the work folder.</summary>
/// <param name="load">Reads it.</param>
/// <param name="value">The value where it is in memory.</param>
internal sealed class Kept<T>(Func<T> load, T? value = null)
    where T : class
{
    private T? _value = value;

    /// <summary>Stands for what a step would make that this training leaves out; nobody takes its value.</summary>
    public static Kept<T> None { get; } = new(() => throw new InvalidOperationException($"No step of this training makes a {typeof(T).Name}."));

    /// <summary>The value.</summary>
    public T Value => _value ??= load();

    /// <summary>Lets go of the memory.</summary>
    public void Release() => _value = null;

    /// <summary>Lets go of the memory of what later steps don't take.</summary>
    /// <param name="part">The part that they take.</param>
    public void Shrink(Func<T, T> part) => _value = _value is null ? null : part(_value);
}

/// <summary>Makes <see cref="Kept{T}"/>.</summary>
internal static class Kept
{
    /// <summary>A value that no step of this training makes, because its settings leave the step out.</summary>
    public static Kept<T> Of<T>(T value)
        where T : class => new(() => value);
}

/// <summary>What a step makes and the work folder keeps.</summary>
internal interface IOutcome
{
    /// <summary>Writes it. Whoever changes how raises <see cref="CheckpointManifest.CurrentFormat"/>.</summary>
    void Write(CheckpointWriter writer);
}

/// <summary>One that its file alone is enough to read.</summary>
internal interface IOutcome<TSelf> : IOutcome
{
    /// <summary>Reads what <see cref="IOutcome.Write"/> wrote.</summary>
    static abstract TSelf Read(CheckpointReader reader);
}

/// <summary>
/// Gives the memory back that a step of a training has left. Its arrays are as large as the log, and the collector, which sees gigabytes in
/// use and gigabytes free on the machine, would make the next ones beside them: three times as much at the most, measured.
/// </summary>
internal static class LargeHeap
{
    // Below, a collection isn't worth its time.
    private const long SmallHeapBytes = 1L << 30;

    /// <summary>Collects what is not used any more, unless there is little of anything.</summary>
    public static void Trim()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > SmallHeapBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
