using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Hybrid;

/// <summary>What <see cref="HybridTuner"/> may spend and what it aims for.</summary>
public sealed record TuningOptions
{
    /// <summary>
    /// Time for the search and for fitting the result on all of train. It is kept by predicting what each step takes; every
    /// model is fitted at least once whatever the limit is. Not looked at where <see cref="MaxTrials"/> is given.
    /// </summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Models that are fitted on the search part and measured, at least 1, in place of a time limit: the same seed and number then
    /// find the same, however fast the machine is. Each kind of model is tried at least once. Null goes by time.
    /// </summary>
    public int? MaxTrials { get; init; }

    /// <summary>What is maximised on validation interactions: a mean over users with a cut-off.</summary>
    public Metric Metric { get; init; } = new(MetricKind.Ndcg, 20);

    /// <summary>Share of each user's items that is held out of train for validation, between 0 and 1.</summary>
    public double ValidationShare { get; init; } = 0.15;

    /// <summary>Validation users on whom settings are compared; at least 1.</summary>
    public int MaxValidationUsers { get; init; } = 10_000;

    /// <summary>Settings of a larger matrix are searched on a sample of its users with about this many cells; at least 1,000.</summary>
    public long MaxSearchCells { get; init; } = 3_000_000;

    /// <summary>The largest factor count of ALS, 1 … 1,024.</summary>
    public int MaxFactorCount { get; init; } = FactorMatrix.MaxFactorCount;

    /// <summary>Bytes that the pairs of items of one model may take.</summary>
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>Seed of the held-out share, of samples and of ALS.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Threads; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    internal void Validate()
    {
        new BlendOptions { Metric = Metric, CandidatesPerModel = Math.Max(1, Metric.CutOff) }.Validate();
        Check(TimeLimit > TimeSpan.Zero, "TimeLimit must be above zero, such as 10 minutes.");
        Check(MaxTrials is null or >= 1, $"MaxTrials is {MaxTrials}; give 1 or more, such as 40.");
        Check(ValidationShare is > 0 and < 1, $"ValidationShare is {ValidationShare}; give a number between 0 and 1, such as 0.15.");
        Check(MaxValidationUsers >= 1, $"MaxValidationUsers is {MaxValidationUsers}; give 1 or more.");
        Check(MaxSearchCells >= 1000, $"MaxSearchCells is {MaxSearchCells}; give 1,000 or more.");
        Check(MaxFactorCount is >= 1 and <= FactorMatrix.MaxFactorCount, $"MaxFactorCount is {MaxFactorCount}; give 1 … {FactorMatrix.MaxFactorCount}.");
        Check(MemoryLimitBytes > 0, "MemoryLimitBytes must be above 0.");
        Check(ThreadCount >= 0, $"ThreadCount is {ThreadCount}; give 0 for every core, or more.");
    }

    private static void Check(bool valid, string message)
    {
        if (!valid)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, message);
        }
    }
}
