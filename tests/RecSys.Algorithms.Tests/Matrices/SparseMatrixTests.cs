using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Tests.Matrices;

public sealed class SparseMatrixTests
{
    [Fact]
    public void Triples_in_any_order_become_rows_with_ascending_columns_and_summed_duplicates()
    {
        var matrix = SparseMatrix.FromTriples(3, 4, [2, 0, 2, 0, 2], [3, 1, 0, 2, 3], [1f, 2f, 3f, 4f, 5f]);

        matrix.CellCount.ShouldBe(4);
        matrix.RowColumns(0).ToArray().ShouldBe([1, 2]);
        matrix.RowValues(0).ToArray().ShouldBe([2f, 4f]);
        matrix.RowColumns(1).Length.ShouldBe(0);
        matrix.RowColumns(2).ToArray().ShouldBe([0, 3]);
        matrix.RowValues(2).ToArray().ShouldBe([3f, 6f]);
        matrix[2, 3].ShouldBe(6f);
        matrix[1, 3].ShouldBe(0f);
    }

    [Fact]
    public void Cells_that_sum_to_zero_are_not_stored()
    {
        var matrix = SparseMatrix.FromTriples(2, 2, [0, 0, 1], [0, 1, 1], [0f, 1f, 0f]);

        matrix.CellCount.ShouldBe(1);
        matrix.RowColumns(0).ToArray().ShouldBe([1]);
        matrix.RowColumns(1).Length.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Chunks_of_any_size_batches_and_transposition_give_the_dense_matrix(int seed)
    {
        var random = new Random(seed);
        const int Rows = 23;
        const int Columns = 17;
        var dense = new float[Rows, Columns];
        var builder = new SparseMatrixBuilder(Rows, Columns) { MaxChunkCells = 40 };
        for (var batch = 0; batch < 5; batch++)
        {
            var rows = new int[30];
            var columns = new int[30];
            var values = new float[30];
            for (var i = 0; i < 30; i++)
            {
                rows[i] = random.Next(Rows);
                columns[i] = random.Next(Columns);
                values[i] = random.Next(4);
                dense[rows[i], columns[i]] += values[i];
            }

            builder.Add(rows, columns, values);
        }

        var matrix = builder.Build();
        var transposed = matrix.Transpose(40);

        ShouldEqual(matrix, (row, column) => dense[row, column]);
        ShouldEqual(transposed, (row, column) => dense[column, row]);
        ShouldEqual(transposed.Transpose(), (row, column) => dense[row, column]);
        ShouldEqual(matrix.MapValues((row, column, value) => value * (row + column + 1)), (r, c) => dense[r, c] * (r + c + 1));
        ShouldEqual(RebuiltFromTriples(matrix), (row, column) => dense[row, column]);
    }

    [Theory]
    [InlineData(float.NaN, AlgorithmError.NotANumber)]
    [InlineData(float.PositiveInfinity, AlgorithmError.InfiniteWeight)]
    [InlineData(-0.5f, AlgorithmError.NegativeWeight)]
    public void A_weight_that_means_nothing_is_refused_by_name_and_place(float weight, AlgorithmError error)
    {
        var exception = Should.Throw<AlgorithmException>(() => SparseMatrix.FromTriples(2, 2, [0, 1], [0, 1], [1f, weight]));

        exception.Error.ShouldBe(error);
        exception.Message.ShouldContain("Triple 1");
    }

    [Fact]
    public void Signed_weights_are_taken_when_asked_for()
    {
        var matrix = SparseMatrix.FromTriples(1, 2, [0, 0], [0, 1], [-1f, 1f], allowNegative: true);

        matrix.RowValues(0).ToArray().ShouldBe([-1f, 1f]);
    }

    [Fact]
    public void Duplicates_that_overflow_are_refused()
    {
        Should.Throw<AlgorithmException>(
                () => SparseMatrix.FromTriples(1, 1, [0, 0], [0, 0], [float.MaxValue, float.MaxValue]))
            .Error.ShouldBe(AlgorithmError.InfiniteWeight);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 2)]
    [InlineData(0, -1)]
    public void An_index_outside_the_matrix_is_refused(int row, int column)
    {
        Should.Throw<AlgorithmException>(() => SparseMatrix.FromTriples(2, 2, [row], [column], [1f]))
            .Error.ShouldBe(AlgorithmError.IndexOutOfRange);
    }

    [Fact]
    public void Arrays_of_different_lengths_are_refused()
    {
        Should.Throw<AlgorithmException>(() => SparseMatrix.FromTriples(2, 2, [0, 1], [0], [1f]))
            .Error.ShouldBe(AlgorithmError.MismatchedSizes);
    }

    [Fact]
    public void A_row_longer_than_a_chunk_is_refused()
    {
        var builder = new SparseMatrixBuilder(1, 3) { MaxChunkCells = 2 };
        builder.Add(new[] { 0, 0, 0 }, new[] { 0, 1, 2 }, new[] { 1f, 1f, 1f });

        Should.Throw<AlgorithmException>(() => builder.Build()).Error.ShouldBe(AlgorithmError.TooLarge);
    }

    [Fact]
    public void A_matrix_without_cells_rows_or_columns_is_a_matrix()
    {
        SparseMatrix.FromTriples(0, 0, [], [], []).CellCount.ShouldBe(0);
        var transposed = SparseMatrix.FromTriples(3, 0, [], [], []).Transpose();
        transposed.RowCount.ShouldBe(0);
        transposed.ColumnCount.ShouldBe(3);
    }

    private static SparseMatrix RebuiltFromTriples(SparseMatrix matrix)
    {
        var rows = new List<int>();
        var columns = new List<int>();
        var values = new List<float>();
        for (var row = 0; row < matrix.RowCount; row++)
        {
            foreach (var column in matrix.RowColumns(row))
            {
                rows.Add(row);
                columns.Add(column);
                values.Add(matrix[row, column]);
            }
        }

        return SparseMatrix.FromTriples(
            matrix.RowCount, matrix.ColumnCount, [.. rows], [.. columns], [.. values]);
    }

    private static void ShouldEqual(SparseMatrix matrix, Func<int, int, float> expected)
    {
        var cells = 0L;
        for (var row = 0; row < matrix.RowCount; row++)
        {
            var columns = matrix.RowColumns(row);
            cells += columns.Length;
            for (var i = 1; i < columns.Length; i++)
            {
                columns[i].ShouldBeGreaterThan(columns[i - 1]);
            }

            for (var column = 0; column < matrix.ColumnCount; column++)
            {
                matrix[row, column].ShouldBe(expected(row, column));
            }
        }

        matrix.CellCount.ShouldBe(cells);
    }
}
