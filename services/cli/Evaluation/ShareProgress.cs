namespace RecSys.Cli.Evaluation;

/// <summary>Passes shares on at once, on the thread that reports them.</summary>
internal sealed class ShareProgress(Action<double> report) : IProgress<double>
{
    public void Report(double value) => report(value);
}
