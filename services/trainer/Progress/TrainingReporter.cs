using Google.Protobuf.WellKnownTypes;
using RecSys.Contracts.Events.V1;

namespace RecSys.Trainer.Progress;

/// <summary>Turns what the stages of one training report into its progress as a whole.</summary>
internal sealed class TrainingReporter
{
    // More often than this nobody can read it; the bus and slow watchers are spared.
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _modelVersion;
    private readonly IReadOnlyList<PlannedStage> _plan;
    private readonly ProgressBoard _board;
    private readonly TimeProvider _clock;
    private readonly double _totalWeight;
    private string _stage = "";
    private double _totalDone;
    private string _message = "";
    private long _lastReport;

    public TrainingReporter(string modelVersion, IReadOnlyList<PlannedStage> plan, ProgressBoard board, TimeProvider clock)
    {
        _modelVersion = modelVersion;
        _plan = plan;
        _board = board;
        _clock = clock;
        _totalWeight = plan.Sum(stage => stage.Weight);
        Post(TrainingState.Running, 0, "waiting to begin");
    }

    /// <summary>Begins a stage of the plan; all before it count as done, whether they were run or left out.</summary>
    public StageProgress Begin(string stage)
    {
        var before = _plan.TakeWhile(planned => planned.Name != stage).Sum(planned => planned.Weight) / _totalWeight;
        var share = _plan.First(planned => planned.Name == stage).Weight / _totalWeight;
        _stage = stage;
        _lastReport = 0;
        Report(0, "");
        return new StageProgress(Report);

        void Report(double done, string message)
        {
            // Rounding must not let a stage begin before the end of the last.
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

    /// <summary>The training has ended with an error, in the stage that was begun last.</summary>
    public void Fail(string error) => Post(TrainingState.Failed, 0, error);

    private void Post(TrainingState state, double stageDone, string message) => _board.Post(new TrainingProgress
    {
        ModelVersion = _modelVersion,
        State = state,
        Stage = _stage,
        StageDone = stageDone,
        TotalDone = _totalDone,
        Message = message,
        ProgressTime = _clock.GetUtcNow().ToTimestamp(),
    });
}
