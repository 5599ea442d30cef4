using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;

namespace RecSys.Algorithms.Hybrid;

/// <summary>What settings are searched on: most items of users, and the rest of their items for some of them.</summary>
/// <param name="Train">What models are fitted on.</param>
/// <param name="Validation">What they are measured on.</param>
/// <param name="Share">Cells of <paramref name="Train"/> as a share of the cells of all of train.</param>
/// <param name="UserShare">Cells of the users that settings are searched on, as a share of all cells; 1 for all users.</param>
internal sealed record SearchData(SparseMatrix Train, SparseMatrix Validation, double Share, double UserShare)
{
    public static SearchData Create(SparseMatrix train, TuningOptions options)
    {
        var sample = SampleUsers(train, options);
        var log = InteractionRows.FromMatrix(sample);
        var split = DataSplit.Create(log, new RandomByUserSplit(options.ValidationShare, options.Seed));
        if (split.Report.UsersWithTest == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix,
                "No user has enough items to hold some out for validation, so nothing can be tuned; use the default settings, or more data.");
        }

        var tested = Enumerable.Range(0, split.Test.RowCount).Where(user => split.Test.RowLength(user) > 0).ToArray();
        new SplitMix(options.Seed, "validation users").Shuffle<int>(tested);
        var validation = KeepRows(split.Test, [.. tested.Take(options.MaxValidationUsers)]);
        return new SearchData(
            split.Train, validation, (double)split.Train.CellCount / train.CellCount, (double)sample.CellCount / train.CellCount);
    }

    private static SparseMatrix SampleUsers(SparseMatrix train, TuningOptions options)
    {
        if (train.CellCount <= options.MaxSearchCells)
        {
            return train;
        }

        var users = Enumerable.Range(0, train.RowCount).ToArray();
        new SplitMix(options.Seed, "search users").Shuffle<int>(users);
        long cells = 0;
        return KeepRows(train, [.. users.TakeWhile(user => (cells += train.RowLength(user)) <= options.MaxSearchCells)]);
    }

    // The same shape with only some rows filled.
    private static SparseMatrix KeepRows(SparseMatrix matrix, int[] rows)
    {
        Array.Sort(rows);
        var kept = new SparseMatrixBuilder(matrix.RowCount, matrix.ColumnCount);
        foreach (var row in rows)
        {
            var users = new int[matrix.RowLength(row)];
            Array.Fill(users, row);
            kept.Add(users, matrix.RowColumns(row).ToArray(), matrix.RowValues(row).ToArray());
        }

        return kept.Build();
    }
}
