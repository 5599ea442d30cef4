using RecSys.Cli.Output;

namespace RecSys.Cli.Evaluation.Models;

/// <summary>A kind of model that can be asked for by name.</summary>
internal abstract class ModelFamily(string name)
{
    /// <summary>As on the command line and in JSON.</summary>
    public string Name { get; } = name;

    /// <summary>The keys of its settings, without the model's name.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>Whether the model learns from the order of listens.</summary>
    public virtual bool NeedsTimes => false;

    /// <summary>Families whose settings this one uses as well.</summary>
    public virtual IReadOnlyList<ModelFamily> Parts => [];

    /// <summary>A model of the family with some settings, checked as far as can be without data.</summary>
    /// <param name="given">Values by full key, such as <c>als.factors</c>.</param>
    /// <exception cref="UsageException">A value isn't allowed.</exception>
    public abstract ModelPlan Plan(IReadOnlyDictionary<string, string> given);
}
