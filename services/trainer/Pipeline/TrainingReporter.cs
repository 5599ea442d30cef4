using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.Trainer.Pipeline;

/// <summary>Turns what the steps of one training report into its progress as a whole.</summary>
internal sealed class TrainingReporter
{
    // More often than this nobody can read it; the bus and slow watchers are spared.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _modelVersion;
    private readonly IReadOnlyList<PlannedStep> _plan;
    private readonly ProgressBoard _board;
    private readonly TimeProvider _clock;
    private readonly double _totalWeight;
    private string _step = "";
    private double _totalDone;
    private string _message = "";
    private long _lastReport;

    public TrainingReporter(string modelVersion, IReadOnlyList<PlannedStep> plan, ProgressBoard board, TimeProvider clock)
    {
        _modelVersion = modelVersion;
        _plan = plan;
        _board = board;
        _clock = clock;
        _totalWeight = plan.Sum(step => step.Weight);
        Post(TrainingState.Running, 0, "waiting to begin");
    }

    /// <summary>Begins a step of the plan; all before it count as done, whether they were run or left out.</summary>
    public StepProgress Begin(string step)
    {
        var before = _plan.TakeWhile(planned => planned.Name != step).Sum(planned => planned.Weight) / _totalWeight;
        var share = _plan.First(planned => planned.Name == step).Weight / _totalWeight;
        _step = step;
        _lastReport = 0;
        Report(0, "");
        return new StepProgress(Report);

        void Report(double done, string message)
        {
            // Rounding must not let a step begin before the end of the last.
            _totalDone = Math.Max(_totalDone, before + (share * done));
            _message = message;
            if (done is 0 or 1 || _clock.GetElapsedTime(_lastReport) >= ReportInterval)
            {
                _lastReport = _clock.GetTimestamp();
                Post(TrainingState.Running, done, message);
            }
        }
    }

    /// <summary>The training has ended well; the last message says how.</summary>
    public void Succeed()
    {
        _totalDone = 1;
        Post(TrainingState.Succeeded, 1, _message);
    }

    /// <summary>The training has ended with an error, in the step that was begun last.</summary>
    public void Fail(string error) => Post(TrainingState.Failed, 0, error);

    private void Post(TrainingState state, double stageDone, string message) => _board.Post(new TrainingProgress
    {
        ModelVersion = _modelVersion,
        State = state,
        Stage = _step,
        StageDone = stageDone,
        TotalDone = _totalDone,
        Message = message,
        ProgressTime = _clock.GetUtcNow().ToTimestamp(),
    });
}

/// <summary>A step that a training will go through.</summary>
/// <param name="Name">Its name as watchers see it: the <c>stage</c> of the contract.</param>
/// <param name="Weight">Its share of the whole training's time, in any unit; an estimate for the progress bar.</param>
internal sealed record PlannedStep(string Name, double Weight);

/// <summary>Where a step says how far it is.</summary>
/// <param name="report">Receives the share of the step that is done, 0 to 1, and one line for a person.</param>
internal sealed class StepProgress(Action<double, string> report) : IProgress<double>
{
    /// <summary>The last message.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Says how far the step is.</summary>
    /// <param name="done">Share that is done, 0 to 1.</param>
    /// <param name="message">One line for a person.</param>
    public void Report(double done, string message)
    {
        Message = message;
        report(Math.Clamp(done, 0, 1), message);
    }

    /// <summary>Says how far the step is, with the last message.</summary>
    public void Report(double value) => report(Math.Clamp(value, 0, 1), Message);
}
