using RecSys.Trainer.Checkpoints;

namespace RecSys.Trainer.Trainings;

/// <summary>What a stage makes and later ones take.</summary>
/// <param name="name">Names its file in the work folder.</param>
internal abstract class StageOutput(string name)
{
    /// <summary>Names its file in the work folder.</summary>
    public string Name { get; } = name;

    /// <summary>Writes a value to the work folder.</summary>
    public abstract void Write(CheckpointWriter writer, object value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="values">Other outputs that this one is made from, so that they are not written twice.</param>
    public abstract object Read(CheckpointReader reader, StageValues values);
}
