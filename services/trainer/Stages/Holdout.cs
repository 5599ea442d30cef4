using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Metrics;
using RecSys.Algorithms.Popularity;
using RecSys.Algorithms.Splits;

namespace RecSys.Trainer.Stages;

/// <summary>A log divided for measuring. Rows and columns are numbered anew: users and items that train knows.</summary>
/// <param name="Train">What models are fitted to before they are measured.</param>
/// <param name="Test">What was withheld: pairs that are new to their user.</param>
/// <param name="UserIndices">The log's user of each row.</param>
/// <param name="ItemIndices">The log's item of each column.</param>
/// <param name="Cut">The moment from which plays are withheld; null where the log's times don't tell.</param>
/// <param name="Cold">How the most popular tracks of train serve the users of test whom train does not know.</param>
internal sealed record Holdout(
    SparseMatrix Train, SparseMatrix Test, int[] UserIndices, int[] ItemIndices, DateTimeOffset? Cut, ColdUserMetrics Cold)
{
    /// <summary>The popular tracks that cold users are measured with.</summary>
    public const int ColdListLength = 100;

    /// <summary>Whether anything was withheld.</summary>
    public bool CanMeasure => Test.CellCount > 0;

    /// <summary>Nothing is withheld.</summary>
    public static Holdout NothingOf(TrainingLog log) => new(
        log.Plays,
        SparseMatrix.FromTriples(log.Plays.RowCount, log.Plays.ColumnCount, [], [], []),
        [.. Enumerable.Range(0, log.Plays.RowCount)],
        [.. Enumerable.Range(0, log.Plays.ColumnCount)],
        null,
        ColdUserMetrics.Measure([], []));

    /// <summary>What of a split is kept.</summary>
    public static Holdout From(DataSplit split, DateTimeOffset? cut) => new(
        split.Train,
        split.Test,
        [.. split.UserIndices],
        [.. split.ItemIndices],
        cut,
        ColdUserMetrics.Measure(
            split.ColdUserItems(), PopularityModel.Fit(split.Train, PopularityMeasure.Users).Top(ColdListLength).Select(item => item.ItemIndex)));
}
