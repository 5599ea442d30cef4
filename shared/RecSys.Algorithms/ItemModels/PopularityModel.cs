using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;
using RecSys.Algorithms.TopK;

namespace RecSys.Algorithms.ItemModels;

/// <summary>
/// One ranking for everybody: the score of an item is its popularity, whoever asks. An item without any interaction has no
/// score. Memory: 20 bytes an item beside the train matrix.
/// </summary>
public sealed class PopularityModel : IRecommender, IProfileRecommender
{
    private readonly SparseMatrix _train;
    private readonly float[] _scores;
    private readonly int[] _ranked;
    private readonly int[] _users;
    private readonly double[] _plays;

    private PopularityModel(SparseMatrix train, PopularityMeasure measure, double[]? recentPlays)
    {
        _train = train;
        Measure = measure;
        _users = train.CountColumns();
        _plays = new double[train.ColumnCount];
        for (var user = 0; user < train.RowCount; user++)
        {
            var items = train.RowColumns(user);
            var weights = train.RowValues(user);
            for (var i = 0; i < items.Length; i++)
            {
                _plays[items[i]] += weights[i];
            }
        }

        Ratings = RatingsOf(_users);
        _scores = new float[train.ColumnCount];
        for (var item = 0; item < _scores.Length; item++)
        {
            _scores[item] = _users[item] == 0
                ? float.NegativeInfinity
                : measure switch
                {
                    PopularityMeasure.Plays => (float)_plays[item],
                    PopularityMeasure.Users => _users[item],
                    PopularityMeasure.Rating => Ratings[item],
                    _ => (float)recentPlays![item],
                };
        }

        _ranked = [.. Enumerable.Range(0, _scores.Length)
            .Where(item => _users[item] > 0)
            .OrderByDescending(item => _scores[item])];
    }

    /// <inheritdoc/>
    public string Name => "popularity";

    /// <inheritdoc/>
    public int UserCount => _train.RowCount;

    /// <inheritdoc/>
    public int ItemCount => _train.ColumnCount;

    /// <summary>What the scores are.</summary>
    public PopularityMeasure Measure { get; }

    /// <summary>Distinct users of each item scaled to 0…1; see <see cref="PopularityMeasure.Rating"/>.</summary>
    public IReadOnlyList<float> Ratings { get; }

    /// <summary>Counts the interactions of a matrix.</summary>
    /// <param name="train">Users × items.</param>
    /// <param name="measure">Any measure that needs no times.</param>
    /// <exception cref="AlgorithmException">The matrix has no cells, or the measure needs times.</exception>
    public static PopularityModel Fit(SparseMatrix train, PopularityMeasure measure = PopularityMeasure.Plays)
    {
        ArgumentNullException.ThrowIfNull(train);
        CheckNotEmpty(train);
        if (measure == PopularityMeasure.RecentPlays)
        {
            throw new AlgorithmException(AlgorithmError.MissingData, "Recent plays need the times of a log: call FitRecent with the log.");
        }

        return new PopularityModel(train, measure, null);
    }

    /// <summary>Sums plays that fade with age: weight · 2^(−age / half-life).</summary>
    /// <param name="log">A log with times.</param>
    /// <param name="halfLife">The age at which a play counts half; more than zero.</param>
    /// <param name="now">The moment from which ages are counted; null takes the log's latest time. Later times count in full.</param>
    /// <exception cref="AlgorithmException">The log is empty or has no times, or the half-life isn't positive.</exception>
    public static PopularityModel FitRecent(InteractionRows log, TimeSpan halfLife, DateTimeOffset? now = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (halfLife <= TimeSpan.Zero)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"The half-life is {halfLife}; give a time above zero, such as 30 days.");
        }

        var train = log.ToMatrix();
        CheckNotEmpty(train);
        var times = log.Times;
        var latest = long.MinValue;
        foreach (var time in times)
        {
            latest = Math.Max(latest, time);
        }

        var moment = now is null ? latest : UnixMicroseconds.From(now.Value);
        var perMicrosecond = 1.0 / UnixMicroseconds.From(halfLife);
        var plays = new double[log.ItemCount];
        for (var row = 0; row < times.Length; row++)
        {
            var age = Math.Max(0, moment - times[row]);
            plays[log.ItemIndices[row]] += log.Weights[row] * double.Exp2(-age * perMicrosecond);
        }

        return new PopularityModel(train, PopularityMeasure.RecentPlays, plays);
    }

    /// <summary>The k most popular items with their figures; fewer when fewer have an interaction. Ties by lower item index.</summary>
    public IReadOnlyList<PopularItem> Top(int k)
    {
        new RecommendOptions { K = k }.Validate(ItemCount);
        return [.. _ranked.Take(k).Select((item, at) =>
            new PopularItem(at + 1, item, _scores[item], _users[item], _plays[item], Ratings[item]))];
    }

    /// <inheritdoc/>
    public void Score(int userIndex, Span<float> scores)
    {
        DenseRanking.CheckUser(userIndex, UserCount);
        _scores.CopyTo(scores);
    }

    /// <inheritdoc/>
    public ScoredItem[][] Recommend(ReadOnlySpan<int> userIndices, RecommendOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var lists = new ScoredItem[userIndices.Length][];
        for (var i = 0; i < lists.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DenseRanking.CheckUser(userIndices[i], UserCount);
            lists[i] = Walk(options.ExcludeSeen ? _train.RowColumns(userIndices[i]) : [], options);
        }

        return lists;
    }

    /// <inheritdoc/>
    public void ScoreProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, Span<float> scores) => _scores.CopyTo(scores);

    /// <inheritdoc/>
    public ScoredItem[] RecommendForProfile(ReadOnlySpan<int> itemIndices, ReadOnlySpan<float> weights, RecommendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(ItemCount);
        var seen = itemIndices.ToArray();
        Array.Sort(seen);
        return Walk(options.ExcludeSeen ? seen : [], options);
    }

    private static float[] RatingsOf(int[] users)
    {
        var heard = users.Where(count => count > 0).ToArray();
        var fewest = heard.Min();
        var most = heard.Max();
        return Array.ConvertAll(users, count =>
            count == 0 ? 0 : most == fewest ? 1 : (float)(count - fewest) / (most - fewest));
    }

    private static void CheckNotEmpty(SparseMatrix train)
    {
        if (train.CellCount == 0)
        {
            throw new AlgorithmException(AlgorithmError.EmptyMatrix, "There is no interaction to count; import or submit listens first.");
        }
    }

    // The ranking is made once; a list is its first items that pass.
    private ScoredItem[] Walk(ReadOnlySpan<int> seen, RecommendOptions options)
    {
        var list = new List<ScoredItem>(Math.Min(options.K, _ranked.Length));
        foreach (var item in _ranked)
        {
            if (list.Count == options.K)
            {
                break;
            }

            if (seen.BinarySearch(item) < 0
                && (options.Allowed is null || options.Allowed.Contains(item))
                && (options.Denied is null || !options.Denied.Contains(item)))
            {
                list.Add(new ScoredItem(item, _scores[item]));
            }
        }

        return [.. list];
    }
}

/// <summary>What makes an item popular.</summary>
public enum PopularityMeasure
{
    /// <summary>The sum of its interaction weights: total plays.</summary>
    Plays,

    /// <summary>The number of distinct users with an interaction.</summary>
    Users,

    /// <summary>
    /// Distinct users scaled to 0…1: (users − fewest) / (most − fewest) over the items that anyone listened to; 1 for all when
    /// fewest and most are the same.
    /// </summary>
    Rating,

    /// <summary>The sum of weights, each halved for every half-life that has passed since its time; needs a log with times.</summary>
    RecentPlays,
}

/// <summary>A popular item with its figures.</summary>
/// <param name="Rank">Place in the list, from 1.</param>
/// <param name="ItemIndex">The item.</param>
/// <param name="Score">The value of the model's measure.</param>
/// <param name="Users">Distinct users.</param>
/// <param name="Plays">Sum of interaction weights.</param>
/// <param name="Rating">Distinct users scaled to 0…1; see <see cref="PopularityMeasure.Rating"/>.</param>
public readonly record struct PopularItem(int Rank, int ItemIndex, float Score, int Users, double Plays, float Rating);
