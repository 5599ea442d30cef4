using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Splits;

/// <summary>
/// A log of interactions as parallel arrays, one row per listen or per already summed (user, item) cell, in any order.
/// The arrays are kept, not copied, and must not change.
/// </summary>
public sealed class InteractionRows
{
    private readonly int[] _userIndices;
    private readonly int[] _itemIndices;
    private readonly float[] _weights;
    private readonly long[]? _times;

    /// <summary>Wraps the arrays.</summary>
    /// <param name="userCount">Number of users; user indices are 0 … userCount − 1.</param>
    /// <param name="itemCount">Number of items; item indices are 0 … itemCount − 1.</param>
    /// <param name="userIndices">User of each row.</param>
    /// <param name="itemIndices">Item of each row.</param>
    /// <param name="weights">Weight of each row, such as its number of plays: finite and not negative.</param>
    /// <param name="times">Unix microseconds of each row; null when the log has no times.</param>
    /// <exception cref="AlgorithmException">Lengths differ, an index is out of range, or a weight isn't a finite number of at least 0.</exception>
    public InteractionRows(int userCount, int itemCount, int[] userIndices, int[] itemIndices, float[] weights, long[]? times = null)
    {
        ArgumentNullException.ThrowIfNull(userIndices);
        ArgumentNullException.ThrowIfNull(itemIndices);
        ArgumentNullException.ThrowIfNull(weights);
        if (itemIndices.Length != userIndices.Length || weights.Length != userIndices.Length || (times is not null && times.Length != userIndices.Length))
        {
            throw new AlgorithmException(
                AlgorithmError.MismatchedSizes,
                $"A log needs one user, item, weight and time a row; got {userIndices.Length} users, {itemIndices.Length} items, {weights.Length} weights and {times?.Length.ToString() ?? "no"} times.");
        }

        for (var row = 0; row < userIndices.Length; row++)
        {
            if ((uint)userIndices[row] >= (uint)userCount || (uint)itemIndices[row] >= (uint)itemCount)
            {
                throw new AlgorithmException(
                    AlgorithmError.IndexOutOfRange,
                    $"Row {row} has user {userIndices[row]} and item {itemIndices[row]}; the log was made for {userCount} users and {itemCount} items.");
            }

            if (!(weights[row] >= 0 && float.IsFinite(weights[row])))
            {
                throw new AlgorithmException(
                    float.IsNaN(weights[row]) ? AlgorithmError.NotANumber
                        : weights[row] < 0 ? AlgorithmError.NegativeWeight : AlgorithmError.InfiniteWeight,
                    $"Row {row} has the weight {weights[row]}; clean the log so that every weight is a finite number of at least 0.");
            }
        }

        UserCount = userCount;
        ItemCount = itemCount;
        _userIndices = userIndices;
        _itemIndices = itemIndices;
        _weights = weights;
        _times = times;
    }

    /// <summary>Number of users.</summary>
    public int UserCount { get; }

    /// <summary>Number of items.</summary>
    public int ItemCount { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount => _userIndices.Length;

    /// <summary>User of each row.</summary>
    public ReadOnlySpan<int> UserIndices => _userIndices;

    /// <summary>Item of each row.</summary>
    public ReadOnlySpan<int> ItemIndices => _itemIndices;

    /// <summary>Weight of each row.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>Whether rows have times.</summary>
    public bool HasTimes => _times is not null;

    /// <summary>Unix microseconds of each row.</summary>
    /// <exception cref="AlgorithmException">The log has no times.</exception>
    public ReadOnlySpan<long> Times => _times ?? throw new AlgorithmException(
        AlgorithmError.MissingData, "This log has no times, so nothing can be ordered by them; split it at random or by hash instead.");

    /// <summary>Threads that order the rows; 0 takes every core.</summary>
    public int ThreadCount { get; init; }

    /// <summary>Makes a log of the cells of a matrix, without times.</summary>
    public static InteractionRows FromMatrix(SparseMatrix matrix)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (matrix.CellCount > Array.MaxLength)
        {
            throw new AlgorithmException(AlgorithmError.TooLarge, $"The matrix has {matrix.CellCount:N0} cells; a log holds at most {Array.MaxLength:N0} rows.");
        }

        var users = new int[matrix.CellCount];
        var items = new int[matrix.CellCount];
        var weights = new float[matrix.CellCount];
        var at = 0;
        for (var user = 0; user < matrix.RowCount; user++)
        {
            var columns = matrix.RowColumns(user);
            users.AsSpan(at, columns.Length).Fill(user);
            columns.CopyTo(items.AsSpan(at));
            matrix.RowValues(user).CopyTo(weights.AsSpan(at));
            at += columns.Length;
        }

        return new InteractionRows(matrix.RowCount, matrix.ColumnCount, users, items, weights);
    }

    /// <summary>The rows before a moment, in the same numbering of users and items.</summary>
    /// <exception cref="AlgorithmException">The log has no times.</exception>
    public InteractionRows Before(DateTimeOffset moment)
    {
        var end = UnixMicroseconds.From(moment);
        var times = Times.ToArray();
        var rows = Enumerable.Range(0, RowCount).Where(row => times[row] < end).ToArray();
        return new InteractionRows(
            UserCount,
            ItemCount,
            Array.ConvertAll(rows, row => _userIndices[row]),
            Array.ConvertAll(rows, row => _itemIndices[row]),
            Array.ConvertAll(rows, row => _weights[row]),
            Array.ConvertAll(rows, row => times[row]))
        {
            ThreadCount = ThreadCount,
        };
    }

    /// <summary>The users × items matrix of the rows, weights of a cell summed.</summary>
    public SparseMatrix ToMatrix() => SparseMatrix.FromTriples(UserCount, ItemCount, _userIndices, _itemIndices, _weights);

    /// <summary>Row numbers grouped by user and, within a user, ascending by time; rows of one time keep their order.</summary>
    /// <param name="rows">Receives the row numbers.</param>
    /// <returns>Where each user's rows begin in <paramref name="rows"/>; userCount + 1 numbers.</returns>
    internal int[] GroupByUser(out int[] rows)
    {
        var starts = new int[UserCount + 1];
        foreach (var user in _userIndices)
        {
            starts[user + 1]++;
        }

        for (var user = 0; user < UserCount; user++)
        {
            starts[user + 1] += starts[user];
        }

        var next = starts.AsSpan(0, UserCount).ToArray();
        rows = new int[RowCount];
        for (var row = 0; row < RowCount; row++)
        {
            rows[next[_userIndices[row]]++] = row;
        }

        if (_times is not null)
        {
            var grouped = rows;
            WorkQueue.Run(UserCount, ThreadCount, default, (user, _) =>
                grouped.AsSpan(starts[user], starts[user + 1] - starts[user]).Sort(ByTimeThenRow));
        }

        return starts;
    }

    private int ByTimeThenRow(int left, int right)
    {
        var byTime = _times![left].CompareTo(_times[right]);
        return byTime != 0 ? byTime : left.CompareTo(right);
    }
}
