using RecSys.Algorithms.Matrices;

namespace RecSys.Algorithms.Splits;

/// <summary>
/// A log divided for measuring. Both matrices have the users of train as rows and the items of train as columns, numbered
/// anew in the order of their old indices; what train doesn't know can't be recommended and is reported as dropped.
/// </summary>
public sealed class DataSplit
{
    private readonly InteractionRows _log;
    private readonly RowOutcome[] _outcomes;
    private readonly IndexMap _users;
    private readonly IndexMap _items;

    private DataSplit(InteractionRows log, RowOutcome[] outcomes, IndexMap users, IndexMap items, SparseMatrix train, SplitReport report)
    {
        _log = log;
        _outcomes = outcomes;
        _users = users;
        _items = items;
        Train = train;
        Test = Select(RowOutcome.Test).ToMatrix();
        Report = report with
        {
            TestPairs = Test.CellCount,
            UsersWithTest = Enumerable.Range(0, Test.RowCount).Count(user => Test.RowLength(user) > 0),
            Dropped =
            [
                Count("outside both parts", RowOutcome.OnNeitherSide),
                Count("item not in train", RowOutcome.ItemNotInTrain),
                Count("user not in train", RowOutcome.UserNotInTrain),
                Count("pair already in train", RowOutcome.PairInTrain),
            ],
        };
    }

    /// <summary>Train interactions.</summary>
    public SparseMatrix Train { get; }

    /// <summary>Test interactions of users and items of train.</summary>
    public SparseMatrix Test { get; }

    /// <summary>The log's user index of each row of the matrices.</summary>
    public IReadOnlyList<int> UserIndices => _users.Old;

    /// <summary>The log's item index of each column of the matrices.</summary>
    public IReadOnlyList<int> ItemIndices => _items.Old;

    /// <summary>What came out and what was dropped.</summary>
    public SplitReport Report { get; }

    /// <summary>Divides a log.</summary>
    /// <exception cref="AlgorithmException">No row is on the train side, or the rule can't be applied to this log.</exception>
    public static DataSplit Create(InteractionRows log, ISplitter splitter, SplitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(splitter);
        options ??= new SplitOptions();
        var sides = new SplitSide[log.RowCount];
        splitter.Assign(log, sides);

        var trainUsers = Present(log.UserIndices, sides, SplitSide.Train, log.UserCount);
        var testUsers = Present(log.UserIndices, sides, SplitSide.Test, log.UserCount);
        var users = new IndexMap(trainUsers);
        var items = new IndexMap(Present(log.ItemIndices, sides, SplitSide.Train, log.ItemCount));
        if (users.Count == 0)
        {
            throw new AlgorithmException(
                AlgorithmError.EmptyMatrix,
                $"No row of the log is in train ({splitter.Name}); choose a split that leaves something to learn from.");
        }

        var outcomes = new RowOutcome[log.RowCount];
        for (var row = 0; row < outcomes.Length; row++)
        {
            outcomes[row] = sides[row] switch
            {
                SplitSide.Train => RowOutcome.Train,
                SplitSide.Dropped => RowOutcome.OnNeitherSide,
                _ when items.New[log.ItemIndices[row]] < 0 => RowOutcome.ItemNotInTrain,
                _ when users.New[log.UserIndices[row]] < 0 => RowOutcome.UserNotInTrain,
                _ => RowOutcome.Test,
            };
        }

        var train = Select(log, outcomes, users, items, RowOutcome.Train).ToMatrix();
        if (options.NewPairsOnly)
        {
            MarkPairsInTrain(log, outcomes, users, items, train);
        }

        return new DataSplit(log, outcomes, users, items, train, new SplitReport
        {
            Split = splitter.Name,
            Rows = log.RowCount,
            TrainRows = sides.AsSpan().Count(SplitSide.Train),
            TestRows = sides.AsSpan().Count(SplitSide.Test),
            TrainUsers = users.Count,
            TrainItems = items.Count,
            TestUsers = testUsers.AsSpan().Count(true),
            CommonUsers = Enumerable.Range(0, log.UserCount).Count(user => trainUsers[user] && testUsers[user]),
            TrainPairs = train.CellCount,
        });
    }

    /// <summary>The train rows as a log in the matrices' numbering, with times if the log has them: for sequence models.</summary>
    public InteractionRows TrainLog() => Select(RowOutcome.Train);

    /// <summary>The test rows that were kept, in the matrices' numbering, with times if the log has them.</summary>
    public InteractionRows TestLog() => Select(RowOutcome.Test);

    /// <summary>
    /// The distinct test items of each user that isn't in train, one array for each such user: an item of train by its column,
    /// any other as −1 − (its index in the log).
    /// </summary>
    public IReadOnlyList<int[]> ColdUserItems()
    {
        var itemsOf = new SortedDictionary<int, SortedSet<int>>();
        for (var row = 0; row < _outcomes.Length; row++)
        {
            var user = _log.UserIndices[row];
            if (_outcomes[row] is RowOutcome.ItemNotInTrain or RowOutcome.UserNotInTrain && _users.New[user] < 0)
            {
                if (!itemsOf.TryGetValue(user, out var set))
                {
                    itemsOf[user] = set = [];
                }

                var item = _log.ItemIndices[row];
                set.Add(_items.New[item] >= 0 ? _items.New[item] : -1 - item);
            }
        }

        return [.. itemsOf.Values.Select(set => set.ToArray())];
    }

    private static bool[] Present(ReadOnlySpan<int> indices, SplitSide[] sides, SplitSide side, int count)
    {
        var present = new bool[count];
        for (var row = 0; row < sides.Length; row++)
        {
            present[indices[row]] |= sides[row] == side;
        }

        return present;
    }

    private static void MarkPairsInTrain(InteractionRows log, RowOutcome[] outcomes, IndexMap users, IndexMap items, SparseMatrix train)
    {
        for (var row = 0; row < outcomes.Length; row++)
        {
            if (outcomes[row] == RowOutcome.Test
                && train.RowColumns(users.New[log.UserIndices[row]]).BinarySearch(items.New[log.ItemIndices[row]]) >= 0)
            {
                outcomes[row] = RowOutcome.PairInTrain;
            }
        }
    }

    private static InteractionRows Select(InteractionRows log, RowOutcome[] outcomes, IndexMap users, IndexMap items, RowOutcome wanted)
    {
        var count = outcomes.AsSpan().Count(wanted);
        var userIndices = new int[count];
        var itemIndices = new int[count];
        var weights = new float[count];
        var times = log.HasTimes ? new long[count] : null;
        var at = 0;
        for (var row = 0; row < outcomes.Length; row++)
        {
            if (outcomes[row] != wanted)
            {
                continue;
            }

            userIndices[at] = users.New[log.UserIndices[row]];
            itemIndices[at] = items.New[log.ItemIndices[row]];
            weights[at] = log.Weights[row];
            if (times is not null)
            {
                times[at] = log.Times[row];
            }

            at++;
        }

        return new InteractionRows(users.Count, items.Count, userIndices, itemIndices, weights, times) { ThreadCount = log.ThreadCount };
    }

    private InteractionRows Select(RowOutcome wanted) => Select(_log, _outcomes, _users, _items, wanted);

    private DroppedRows Count(string rule, RowOutcome outcome)
    {
        var rows = _outcomes.AsSpan().Count(outcome);
        var users = new int[rows];
        var items = new int[rows];
        var ones = new float[rows];
        Array.Fill(ones, 1);
        var at = 0;
        for (var row = 0; row < _outcomes.Length; row++)
        {
            if (_outcomes[row] == outcome)
            {
                users[at] = _log.UserIndices[row];
                items[at++] = _log.ItemIndices[row];
            }
        }

        return new DroppedRows(rule, rows, rows == 0 ? 0 : SparseMatrix.FromTriples(_log.UserCount, _log.ItemCount, users, items, ones).CellCount);
    }

    // Old index → new index (−1: not in train) and back.
    private sealed class IndexMap
    {
        public IndexMap(bool[] present)
        {
            New = new int[present.Length];
            var old = new List<int>();
            for (var index = 0; index < present.Length; index++)
            {
                New[index] = present[index] ? old.Count : -1;
                if (present[index])
                {
                    old.Add(index);
                }
            }

            Old = [.. old];
        }

        public int[] New { get; }

        public int[] Old { get; }

        public int Count => Old.Length;
    }
}

/// <summary>What happens to the rows of a split before they become matrices.</summary>
public sealed record SplitOptions
{
    /// <summary>
    /// Test pairs that are also in train are dropped, so that only what is new to a user counts ("novelty"). Switch it off to
    /// measure repeats as well.
    /// </summary>
    public bool NewPairsOnly { get; init; } = true;
}

/// <summary>What finally became of a row of the log.</summary>
internal enum RowOutcome : byte
{
    Train,
    Test,
    OnNeitherSide,
    ItemNotInTrain,
    UserNotInTrain,
    PairInTrain,
}

/// <summary>A rule that puts every row of a log on the train or the test side. Rows of equal content get equal sides on every run.</summary>
public interface ISplitter
{
    /// <summary>The rule with its settings, such as <c>last 30 days</c>.</summary>
    string Name { get; }

    /// <summary>Decides the side of every row.</summary>
    /// <param name="log">The log.</param>
    /// <param name="sides">Receives one side a row.</param>
    /// <exception cref="AlgorithmException">The log lacks what the rule needs, such as times.</exception>
    void Assign(InteractionRows log, Span<SplitSide> sides);
}

/// <summary>Where a split puts a row of the log.</summary>
public enum SplitSide : byte
{
    /// <summary>Models are fitted on it.</summary>
    Train,

    /// <summary>Models are measured on it.</summary>
    Test,

    /// <summary>On neither side.</summary>
    Dropped,
}

/// <summary>What a split made of a log.</summary>
public sealed record SplitReport
{
    /// <summary>The rule that split the log.</summary>
    public required string Split { get; init; }

    /// <summary>Rows of the log.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows on the train side.</summary>
    public required long TrainRows { get; init; }

    /// <summary>Rows on the test side before anything was dropped from it.</summary>
    public required long TestRows { get; init; }

    /// <summary>Users with a row on the train side.</summary>
    public required int TrainUsers { get; init; }

    /// <summary>Items with a row on the train side.</summary>
    public required int TrainItems { get; init; }

    /// <summary>Users with a row on the test side, known or not.</summary>
    public required int TestUsers { get; init; }

    /// <summary>Users with rows on both sides.</summary>
    public required int CommonUsers { get; init; }

    /// <summary>Users with rows on the test side only.</summary>
    public int ColdUsers => TestUsers - CommonUsers;

    /// <summary>Train cells: distinct (user, item) pairs.</summary>
    public required long TrainPairs { get; init; }

    /// <summary>Test cells that are left for measuring.</summary>
    public long TestPairs { get; init; }

    /// <summary>Users with at least one test cell that is left.</summary>
    public int UsersWithTest { get; init; }

    /// <summary>What was dropped, rule by rule, in the order in which the rules were applied.</summary>
    public IReadOnlyList<DroppedRows> Dropped { get; init; } = [];
}

/// <summary>How many rows a rule dropped.</summary>
/// <param name="Rule">The rule in words, such as <c>item not in train</c>.</param>
/// <param name="Rows">Number of rows of the log.</param>
/// <param name="Pairs">Number of distinct (user, item) pairs.</param>
public sealed record DroppedRows(string Rule, long Rows, long Pairs);
