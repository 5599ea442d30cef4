using RecSys.Trainer.Checkpoints;

namespace RecSys.Trainer.Trainings;

/// <inheritdoc cref="StageOutput"/>
internal sealed class StageOutput<T>(string name, Action<CheckpointWriter, T> write, Func<CheckpointReader, StageValues, T> read)
    : StageOutput(name)
    where T : class
{
    /// <inheritdoc/>
    public override void Write(CheckpointWriter writer, object value) => write(writer, (T)value);

    /// <inheritdoc/>
    public override object Read(CheckpointReader reader, StageValues values) => read(reader, values);
}
