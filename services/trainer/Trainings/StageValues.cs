using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Trainings;

/// <summary>The outputs of a training's stages: in memory while a later stage takes them, else in the work folder.</summary>
internal sealed class StageValues(TrainingSettings settings, TrainingCheckpoint checkpoint)
{
    private readonly Dictionary<StageOutput, object> _values = [];

    /// <summary>The settings of the training.</summary>
    public TrainingSettings Settings { get; } = settings;

    /// <summary>An output of a finished stage.</summary>
    public T Get<T>(StageOutput<T> output)
        where T : class
    {
        if (!_values.TryGetValue(output, out var value))
        {
            value = checkpoint.Read(output.Name, reader => output.Read(reader, this));
            _values.Add(output, value);
        }

        return (T)value;
    }

    /// <summary>Gives an output of the stage that runs.</summary>
    public void Set<T>(StageOutput<T> output, T value)
        where T : class => _values[output] = value;

    /// <summary>Lets go of an output while a stage runs that needs much memory for other things; who takes it later reads it again.</summary>
    public void Forget(StageOutput output) => _values.Remove(output);

    /// <summary>Where an output is kept that its stage writes by itself.</summary>
    public string PathOf(string name) => checkpoint.PathOf(name);

    /// <summary>Writes a stage's outputs to the work folder and says that it is finished.</summary>
    public void Keep(PipelineStage stage, TimeSpan time)
    {
        foreach (var output in stage.Outputs)
        {
            checkpoint.Write(output.Name, writer => output.Write(writer, _values[output]));
        }

        checkpoint.Finish(stage.Name, time);
    }

    /// <summary>Lets go of what the stages to come do not take.</summary>
    public void Release(IEnumerable<PipelineStage> toCome)
    {
        var wanted = toCome.SelectMany(stage => stage.Inputs).ToHashSet();
        foreach (var output in _values.Keys.Where(output => !wanted.Contains(output)).ToArray())
        {
            _values.Remove(output);
        }
    }
}
