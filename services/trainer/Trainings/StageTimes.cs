using RecSys.Trainer.Checkpoints;

namespace RecSys.Trainer.Trainings;

/// <summary>How long the stages of a training took, those of an earlier, interrupted one among them.</summary>
internal sealed class StageTimes(IEnumerable<FinishedStage> finished)
{
    private readonly Dictionary<string, double> _seconds = finished.ToDictionary(stage => stage.Name, stage => stage.Seconds);

    /// <summary>All together.</summary>
    public TimeSpan Total => TimeSpan.FromSeconds(_seconds.Values.Sum());

    /// <summary>Adds a stage.</summary>
    public void Add(string stage, TimeSpan time) => _seconds[stage] = time.TotalSeconds;

    /// <summary>Seconds as <c>stage/read</c>.</summary>
    public IReadOnlyDictionary<string, double> ToMetrics() => _seconds.ToDictionary(stage => $"stage/{stage.Key}-seconds", stage => stage.Value);
}
