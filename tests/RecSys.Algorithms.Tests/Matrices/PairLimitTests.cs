using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Neighbors;

namespace RecSys.Algorithms.Tests.Matrices;

public sealed class PairLimitTests
{
    // Rows of 1, 2, 3, 4 and 10 cells: 1 + 4 + 9 + 16 + 100 pairs.
    private static readonly SparseMatrix Matrix = Rows(1, 2, 3, 4, 10);

    [Fact]
    public void A_matrix_within_the_limit_is_left_as_it_is() => PairLimit.Sample(Matrix, 130, seed: 1).ShouldBeSameAs(Matrix);

    [Theory]
    [InlineData(129, 9)]
    [InlineData(46, 4)]
    [InlineData(45, 3)]
    [InlineData(1, 2)]
    public void The_longest_rows_are_shortened_until_the_pairs_fit(double maxPairs, int longest)
    {
        PairLimit.PairsOf(Matrix).ShouldBe(130);
        PairLimit.LongestRow(Matrix, maxPairs).ShouldBe(longest);

        var sample = PairLimit.Sample(Matrix, maxPairs, seed: 1);

        for (var row = 0; row < Matrix.RowCount; row++)
        {
            sample.RowLength(row).ShouldBe(Math.Min(longest, Matrix.RowLength(row)));
            foreach (var column in sample.RowColumns(row))
            {
                sample[row, column].ShouldBe(Matrix[row, column]);
            }

            sample.RowColumns(row).ToArray().ShouldBeInOrder();
        }
    }

    [Fact]
    public void Equal_rows_have_draws_of_their_own()
    {
        var sample = PairLimit.Sample(Rows(10, 10, 10), 75, seed: 1);

        sample.RowLength(0).ShouldBe(5);
        Enumerable.Range(0, 3).Select(row => string.Join(' ', sample.RowColumns(row).ToArray())).ShouldBeUnique();
    }

    [Fact]
    public void Every_cell_of_a_long_row_is_drawn_as_often_as_another()
    {
        var drawn = new int[10];
        const int Draws = 3_000;
        for (var seed = 0; seed < Draws; seed++)
        {
            foreach (var column in PairLimit.Sample(Matrix, 45, seed).RowColumns(4))
            {
                drawn[column]++;
            }
        }

        // 3 of 10 each time; five standard deviations are 125.
        drawn.ShouldAllBe(count => Math.Abs(count - (0.3 * Draws)) < 125);
    }

    [Fact]
    public void Neighbours_of_a_sample_are_those_of_the_matrix_that_is_left()
    {
        var train = Random(users: 60, items: 90, cells: 2_000);
        var maxPairs = PairLimit.PairsOf(train) / 3;
        var sample = PairLimit.Sample(train, maxPairs, seed: 5);

        var limited = ItemNeighborModel.Fit(train, new ItemNeighborOptions { NeighborCount = 10, MaxPairs = maxPairs, Seed = 5 });

        var expected = ItemNeighborModel.Fit(sample, new ItemNeighborOptions { NeighborCount = 10 });
        for (var item = 0; item < train.ColumnCount; item++)
        {
            limited.Neighbors.Neighbors(item).ToArray().ShouldBe(expected.Neighbors.Neighbors(item).ToArray());
            limited.Neighbors.Similarities(item).ToArray().ShouldBe(expected.Neighbors.Similarities(item).ToArray());
        }
    }

    [Fact]
    public void Of_users_the_listeners_of_popular_items_are_sampled()
    {
        var train = Random(users: 90, items: 60, cells: 2_000);
        var maxPairs = PairLimit.PairsOf(train.Transpose()) / 3;
        var sample = PairLimit.Sample(train.Transpose(), maxPairs, seed: 5).Transpose();

        var limited = UserNeighborModel.Fit(train, new UserNeighborOptions { Center = false, NeighborCount = 10, MaxPairs = maxPairs, Seed = 5 });

        var expected = UserNeighborModel.Fit(sample, new UserNeighborOptions { Center = false, NeighborCount = 10 });
        for (var user = 0; user < train.RowCount; user++)
        {
            limited.Neighbors.Neighbors(user).ToArray().ShouldBe(expected.Neighbors.Neighbors(user).ToArray());
        }
    }

    private static SparseMatrix Rows(params int[] lengths)
    {
        var rows = lengths.SelectMany((length, row) => Enumerable.Repeat(row, length)).ToArray();
        var columns = lengths.SelectMany(length => Enumerable.Range(0, length)).ToArray();
        return SparseMatrix.FromTriples(lengths.Length, 10, rows, columns, [.. columns.Select(column => column + 1f)]);
    }

    private static SparseMatrix Random(int users, int items, int cells)
    {
        var random = new Random(3);
        var rows = new int[cells];
        var columns = new int[cells];
        var values = new float[cells];
        for (var i = 0; i < cells; i++)
        {
            rows[i] = (int)(users * Math.Pow(random.NextDouble(), 2));
            columns[i] = (int)(items * Math.Pow(random.NextDouble(), 2));
            values[i] = 1 + random.Next(4);
        }

        return SparseMatrix.FromTriples(users, items, rows, columns, values);
    }
}
