namespace RecSys.Algorithms.Features;

/// <summary>What a log says of each item (and so of artists and genres) up to its cut. A row of floats an item.</summary>
public sealed class ItemStatistics
{
    /// <summary>Floats kept of each item.</summary>
    public const int ColumnCount = 6;

    /// <summary>A listen of a smaller share counts as skipped.</summary>
    public const float SkipShare = 0.5f;

    // The newest part of the log that the trend compares with all of it. A part and not a number of days: logs span hours or
    // decades.
    private const double RecentPart = 0.1;

    private readonly float[] _values;

    /// <param name="values">Items × <see cref="ColumnCount"/>: listeners, plays, trend, day first heard, mean share, skip rate.</param>
    /// <param name="userCount">Users of the log.</param>
    /// <exception cref="AlgorithmException">The number of values is no multiple of the columns.</exception>
    public ItemStatistics(float[] values, int userCount)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length % ColumnCount != 0)
        {
            throw new AlgorithmException(AlgorithmError.MismatchedSizes, $"{values.Length} values are no rows of {ColumnCount} statistics.");
        }

        (_values, UserCount) = (values, userCount);
        for (var item = 0; item < ItemCount; item++)
        {
            MostListeners = Math.Max(MostListeners, Listeners(item));
        }
    }

    /// <summary>Number of items.</summary>
    public int ItemCount => _values.Length / ColumnCount;

    /// <summary>Users of the log.</summary>
    public int UserCount { get; }

    /// <summary>Listeners of the item that has most.</summary>
    public float MostListeners { get; }

    /// <summary>Everything, as the constructor takes it.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>The row of an item.</summary>
    public ReadOnlySpan<float> Row(int itemIndex) => _values.AsSpan(itemIndex * ColumnCount, ColumnCount);

    /// <summary>Distinct users who heard the item.</summary>
    public float Listeners(int itemIndex) => Row(itemIndex)[0];

    /// <summary>Listens.</summary>
    public float Plays(int itemIndex) => Row(itemIndex)[1];

    /// <summary>
    /// ln((r + 1) / (n · part + 1)) with n the item's listens and r those in the newest tenth of the log: above 0 when the item is
    /// heard more than usual; NaN for a log without times.
    /// </summary>
    public float Trend(int itemIndex) => Row(itemIndex)[2];

    /// <summary>Days since 1970 UTC of the first listen; NaN when unknown.</summary>
    public float FirstDay(int itemIndex) => Row(itemIndex)[3];

    /// <summary>Mean share of the track that was played, 0 to 1; NaN when unknown.</summary>
    public float MeanShare(int itemIndex) => Row(itemIndex)[4];

    /// <summary>Share of the listens below <see cref="SkipShare"/>; NaN when unknown.</summary>
    public float SkipRate(int itemIndex) => Row(itemIndex)[5];

    /// <summary>
    /// Distinct users of the item, divided by those of the item that has most. The features call it rating, as stored rankers do;
    /// the rating of a top list goes from the least to the most heard item instead.
    /// </summary>
    public float ShareOfMostHeard(int itemIndex) => MostListeners > 0 ? Listeners(itemIndex) / MostListeners : 0;

    /// <summary>Counts a log, all of it.</summary>
    public static ItemStatistics From(ListensByUser log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var recent = RecentFrom(log.Times);
        var values = new float[log.ItemCount * ColumnCount];
        var recentPlays = new float[log.ItemCount];
        var sharesKnown = new int[log.ItemCount];
        var skips = new int[log.ItemCount];
        var lastUser = new int[log.ItemCount];
        Array.Fill(lastUser, -1);
        for (var item = 0; item < log.ItemCount; item++)
        {
            values[(item * ColumnCount) + 3] = float.NaN;
        }

        for (var user = 0; user < log.UserCount; user++)
        {
            var history = log.Of(user);
            var items = history.Items.Span;
            var times = history.Times.Span;
            var shares = history.Shares.Span;
            for (var i = 0; i < items.Length; i++)
            {
                var item = items[i];
                var row = values.AsSpan(item * ColumnCount, ColumnCount);
                if (lastUser[item] != user)
                {
                    lastUser[item] = user;
                    row[0]++;
                }

                row[1]++;
                recentPlays[item] += times[i] > 0 && times[i] >= recent ? 1 : 0;
                if (times[i] > 0 && !(row[3] <= LogTime.Days(times[i])))
                {
                    row[3] = LogTime.Days(times[i]);
                }

                if (!float.IsNaN(shares[i]))
                {
                    row[4] += shares[i];
                    sharesKnown[item]++;
                    skips[item] += shares[i] < SkipShare ? 1 : 0;
                }
            }
        }

        for (var item = 0; item < log.ItemCount; item++)
        {
            var row = values.AsSpan(item * ColumnCount, ColumnCount);
            row[2] = recent == 0 ? float.NaN : MathF.Log((recentPlays[item] + 1) / ((row[1] * (float)RecentPart) + 1));
            row[4] = sharesKnown[item] > 0 ? row[4] / sharesKnown[item] : float.NaN;
            row[5] = sharesKnown[item] > 0 ? (float)skips[item] / sharesKnown[item] : float.NaN;
        }

        return new ItemStatistics(values, log.UserCount);
    }

    // The time from which on the newest part was heard; 0 when no time is known.
    private static long RecentFrom(ReadOnlySpan<long> times)
    {
        var known = times.ToArray().Where(time => time > 0).ToArray();
        Array.Sort(known);
        return known.Length == 0 ? 0 : known[(int)((1 - RecentPart) * (known.Length - 1))];
    }
}
