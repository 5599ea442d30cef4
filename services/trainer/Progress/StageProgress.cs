namespace RecSys.Trainer.Progress;

/// <summary>Where a stage says how far it is.</summary>
/// <param name="report">Receives the share of the stage that is done, 0 to 1, and one line for a person.</param>
internal sealed class StageProgress(Action<double, string> report) : IProgress<double>
{
    /// <summary>The last message.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Says how far the stage is.</summary>
    /// <param name="done">Share that is done, 0 to 1.</param>
    /// <param name="message">One line for a person.</param>
    public void Report(double done, string message)
    {
        Message = message;
        report(Math.Clamp(done, 0, 1), message);
    }

    /// <summary>Says how far the stage is, with the last message.</summary>
    public void Report(double value) => report(Math.Clamp(value, 0, 1), Message);
}
