using RecSys.Algorithms.Als;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.NextTracks;
using RecSys.Trainer.Ranker;

namespace RecSys.Trainer.Settings;

/// <summary>What the settings of a training say to each model.</summary>
internal static class ModelSettings
{
    public static AlsOptions AlsOptions(this TrainingSettings settings) => new()
    {
        FactorCount = settings.Get(TrainingSettings.AlsFactors),
        Iterations = settings.Get(TrainingSettings.AlsIterations),
        Regularization = (float)settings.Get(TrainingSettings.AlsRegularization),
        RegularizationExponent = (float)settings.Get(TrainingSettings.AlsRegularizationExponent),
        Confidence = settings.Get(TrainingSettings.AlsConfidence) switch
        {
            ConfidenceChoice.Linear => AlsConfidence.Linear,
            ConfidenceChoice.Log => AlsConfidence.Log,
            _ => AlsConfidence.Uniform,
        },
        Alpha = (float)settings.Get(TrainingSettings.AlsAlpha),
        UnobservedWeight = settings.Get(TrainingSettings.AlsUnobservedWeight) is > 0 and var weight ? (float)weight : null,
        Solver = settings.Get(TrainingSettings.AlsSolver) == SolverChoice.Cg ? AlsSolver.ConjugateGradient : AlsSolver.Cholesky,
        ConjugateGradientSteps = settings.Get(TrainingSettings.AlsCgSteps),
        Seed = settings.Get(TrainingSettings.Seed),
        ThreadCount = settings.Get(TrainingSettings.Threads),
    };

    // So many pairs take seconds: logs with less are compared whole.
    private const double AlwaysComparedPairs = 1e9;

    /// <summary>Pairs that are compared at most.</summary>
    /// <param name="settings">How many for each cell.</param>
    /// <param name="cellCount">Cells of the matrix.</param>
    public static double MaxPairs(this TrainingSettings settings, long cellCount) =>
        Math.Max(AlwaysComparedPairs, (double)settings.Get(TrainingSettings.NeighborPairs) * cellCount);

    /// <summary>What of a log is not looked at for neighbours, for a person; empty where all of it is.</summary>
    public static string NeighborLimits(this TrainingSettings settings, SparseMatrix plays)
    {
        var tracks = settings.Get(TrainingSettings.NeighborTracks);
        var ofTracks = tracks < plays.ColumnCount ? $"; neighbours of {tracks:N0} of {plays.ColumnCount:N0} tracks" : "";
        return PairLimit.PairsOf(plays) > settings.MaxPairs(plays.CellCount) ? $"{ofTracks}; of long histories a sample" : ofTracks;
    }

    public static ItemNeighborOptions ItemNeighborOptions(this TrainingSettings settings, long cellCount) => new()
    {
        MaxItems = settings.Get(TrainingSettings.NeighborTracks),
        MaxPairs = settings.MaxPairs(cellCount),
        Seed = settings.Get(TrainingSettings.Seed),
        NeighborCount = settings.Get(TrainingSettings.ItemNeighborCount),
        Shrinkage = settings.Get(TrainingSettings.ItemNeighborShrinkage),
        ThreadCount = settings.Get(TrainingSettings.Threads),
    };

    public static UserNeighborOptions UserNeighborOptions(this TrainingSettings settings, long cellCount) => new()
    {
        MaxPairs = settings.MaxPairs(cellCount),
        Seed = settings.Get(TrainingSettings.Seed),
        NeighborCount = settings.Get(TrainingSettings.UserNeighborCount),
        ThreadCount = settings.Get(TrainingSettings.Threads),
    };

    public static MarkovOptions MarkovOptions(this TrainingSettings settings) => new()
    {
        Smoothing = settings.Get(TrainingSettings.MarkovSmoothing),
        BackoffCount = settings.Get(TrainingSettings.MarkovBackoff),
    };

    /// <summary>Silence that ends a session.</summary>
    public static TimeSpan SessionGap(this TrainingSettings settings) =>
        TimeSpan.FromMinutes(settings.Get(TrainingSettings.MarkovSessionGap));

    /// <summary>As many threads as are asked for.</summary>
    public static ParallelOptions Parallel(this TrainingSettings settings, CancellationToken cancellationToken) => new()
    {
        CancellationToken = cancellationToken,
        MaxDegreeOfParallelism = settings.Get(TrainingSettings.Threads) is > 0 and var threads ? threads : Environment.ProcessorCount,
    };

    public static BoostingOptions BoostingOptions(this TrainingSettings settings) => new(
        settings.Get(RankerSettings.Objective),
        settings.Get(RankerSettings.Trees),
        settings.Get(RankerSettings.Depth),
        settings.Get(RankerSettings.LearningRate),
        settings.Get(RankerSettings.MinimumWeight),
        settings.Get(RankerSettings.EarlyStopping),
        settings.Get(TrainingSettings.Seed),
        settings.Get(TrainingSettings.Threads));
}

/// <summary>What a training does when nobody says otherwise, for those who fit and measure models without one.</summary>
public static class TrainingDefaults
{
    /// <summary>The settings of implicit ALS, those under <c>als.</c> in <c>docs/training.md</c>.</summary>
    public static AlsOptions Als { get; } = TrainingSettings.Read(new Dictionary<string, string>()).AlsOptions();
}
