using System.Globalization;
using System.Text;
using RecSys.Algorithms;
using RecSys.Algorithms.Evaluation;
using RecSys.Algorithms.ItemModels;
using RecSys.Algorithms.Matrices;
using RecSys.Algorithms.Splits;
using RecSys.Analytics.Listens;
using RecSys.Trainer.Pipeline;
using RecSys.Trainer.Settings;

namespace RecSys.Trainer.Steps;

/// <summary>
/// Withholds the newest plays, or a fixed share of the (user, track) pairs where the log does not say when they were. Only
/// pairs that are new to their user are measured on; what the train part does not know is left out and counted.
/// </summary>
internal sealed class SplitStep(LakeQueries queries)
{
    // Below this share of cells with a time, the order of the log says nothing about most of it.
    private const double MinKnownTimes = 0.9;

    // Listens of a log that was aggregated or sent in one go share a few times; a cut between these is no share of the log.
    private const double MaxShareExcess = 2;

    // A quantile of this many is as good as one of all.
    private const int MaxSampledTimes = 1_000_000;

    /// <summary>Divides a log as the settings say.</summary>
    public async Task<Holdout> RunAsync(TrainingLog log, TrainingSettings settings, StepProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "withholding plays");
        var (testShare, testDays) = (settings.Get(TrainingSettings.TestShare), settings.Get(TrainingSettings.TestDays));
        var split = await DivideAsync(log, testShare, testDays, cancellationToken, settings.Get(TrainingSettings.Threads));
        var report = split.Report;
        progress.Report(1, $"{report.TestPairs:N0} of {report.TestPairs + report.TrainPairs:N0} pairs withheld: {report.Split}");
        return split.Test.CellCount > 0 ? Holdout.From(split, FindCut(log, testShare, testDays)) : Holdout.NothingOf(log);
    }

    /// <summary>The two parts of a log.</summary>
    /// <param name="log">The whole log.</param>
    /// <param name="testShare">Share of the cells to withhold, above 0 and below 1.</param>
    /// <param name="testDays">The last days of the log to withhold instead, when above 0.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <param name="threadCount">Threads; 0 takes every core.</param>
    internal async Task<DataSplit> DivideAsync(
        TrainingLog log, double testShare, int testDays, CancellationToken cancellationToken, int threadCount = 0) =>
        FindCut(log, testShare, testDays) is { } cut
            ? Create(await ReadAroundAsync(log, cut, threadCount, cancellationToken), cut)
            : DataSplit.Create(InteractionRows.FromMatrix(log.Plays), HashSplitOf(log, testShare));

    /// <summary>The moment from which plays are withheld; null when the log's times don't tell what was heard before what.</summary>
    public static DateTimeOffset? FindCut(TrainingLog log, TrainingSettings settings) =>
        FindCut(log, settings.Get(TrainingSettings.TestShare), settings.Get(TrainingSettings.TestDays));

    private static DataSplit Create(InteractionRows around, DateTimeOffset cut)
    {
        LargeHeap.Trim();
        return DataSplit.Create(around, new GlobalTimeSplit(cut));
    }

    private static DateTimeOffset? FindCut(TrainingLog log, double testShare, int testDays)
    {
        var times = SampleTimes(log.LastListenedAt, out var latest);
        if (times.Length == 0)
        {
            return null;
        }

        var cut = testDays > 0
            ? latest - (long)TimeSpan.FromDays(testDays).TotalMicroseconds + 1
            : times[Math.Min((int)((1 - testShare) * times.Length), times.Length - 1)];
        var withheld = times.Count(time => time >= cut) / (double)times.Length;
        var isTooMuch = withheld >= (testDays > 0 ? 1 : MaxShareExcess * testShare);
        return isTooMuch ? null : UnixMicroseconds.ToTime(cut);
    }

    /// <summary>The times of at most a million cells, evenly spread over the matrix, ascending; none where most are unknown.</summary>
    private static long[] SampleTimes(long[] lastListenedAt, out long latest)
    {
        latest = lastListenedAt.Max();
        if (lastListenedAt.LongCount(time => time > 0) < MinKnownTimes * lastListenedAt.Length)
        {
            return [];
        }

        var step = (lastListenedAt.Length + MaxSampledTimes - 1) / MaxSampledTimes;
        var sample = new List<long>(Math.Min(lastListenedAt.Length, MaxSampledTimes));
        for (var cell = 0; cell < lastListenedAt.Length; cell += step)
        {
            if (lastListenedAt[cell] > 0)
            {
                sample.Add(lastListenedAt[cell]);
            }
        }

        sample.Sort();
        return [.. sample];
    }

    /// <summary>
    /// The cells from before the cut and those from after it, told apart by their times: a track that was heard on both sides is
    /// in both, so that its earlier plays are trained on.
    /// </summary>
    private async Task<InteractionRows> ReadAroundAsync(TrainingLog log, DateTimeOffset cut, int threadCount, CancellationToken cancellationToken)
    {
        var before = await queries.ReadInteractionsAsync(new InteractionQuery { Before = cut }, cancellationToken);
        var after = await queries.ReadInteractionsAsync(new InteractionQuery { After = cut }, cancellationToken);
        var users = TrainingLog.PositionsOf(log.UserIds);
        var items = TrainingLog.PositionsOf(log.TrackIds);
        var size = checked(before.CellCount + after.CellCount);
        var (userIndices, itemIndices, plays, times) = (new int[size], new int[size], new float[size], new long[size]);
        var cutTime = UnixMicroseconds.From(cut);
        var count = 0;
        Add(before, cutTime - 1);
        Add(after, cutTime);
        if (count < size)
        {
            Array.Resize(ref userIndices, count);
            Array.Resize(ref itemIndices, count);
            Array.Resize(ref plays, count);
            Array.Resize(ref times, count);
        }

        return new InteractionRows(log.UserIds.Length, log.TrackIds.Length, userIndices, itemIndices, plays, times) { ThreadCount = threadCount };

        void Add(LakeInteractions part, long time)
        {
            var userOf = Array.ConvertAll(part.UserIds, id => users.GetValueOrDefault(id, -1));
            var itemOf = Array.ConvertAll(part.TrackIds, id => items.GetValueOrDefault(id, -1));
            for (var cell = 0; cell < part.CellCount; cell++)
            {
                var (user, item) = (userOf[part.UserIndex[cell]], itemOf[part.ItemIndex[cell]]);
                if (user < 0 || item < 0)
                {
                    // It came in since the whole log was read and is not part of this training.
                    continue;
                }

                userIndices[count] = user;
                itemIndices[count] = item;
                plays[count] = part.Plays[cell];
                times[count++] = time;
            }
        }
    }

    private static PairHashSplit HashSplitOf(TrainingLog log, double testShare) => new(
        Array.ConvertAll(log.UserIds, SplitKey.Of),
        Array.ConvertAll(log.TrackIds, SplitKey.Of),
        Math.Max(2, (int)Math.Round(1 / testShare)));
}

/// <summary>A log divided for measuring. Rows and columns are numbered anew: users and items that train knows.</summary>
/// <param name="Train">What models are fitted to before they are measured.</param>
/// <param name="Test">What was withheld: pairs that are new to their user.</param>
/// <param name="UserIndices">The log's user of each row.</param>
/// <param name="ItemIndices">The log's item of each column.</param>
/// <param name="Cut">The moment from which plays are withheld; null where the log's times don't tell.</param>
/// <param name="Cold">How the most popular tracks of train serve the users of test whom train does not know.</param>
internal sealed record Holdout(
    SparseMatrix Train, SparseMatrix Test, int[] UserIndices, int[] ItemIndices, DateTimeOffset? Cut, ColdUserMetrics Cold)
    : IOutcome<Holdout>
{
    /// <summary>The popular tracks that cold users are measured with.</summary>
    public const int ColdListLength = 100;

    /// <summary>Of a training that withholds nothing.</summary>
    public static Holdout None { get; } = new(Empty(0, 0), Empty(0, 0), [], [], null, ColdUserMetrics.Measure([], []));

    /// <summary>Whether anything was withheld.</summary>
    public bool CanMeasure => Test.CellCount > 0;

    /// <summary>Of a log that leaves nothing to measure on.</summary>
    public static Holdout NothingOf(TrainingLog log) => new(
        log.Plays,
        Empty(log.Plays.RowCount, log.Plays.ColumnCount),
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

    /// <inheritdoc/>
    public void Write(CheckpointWriter writer)
    {
        writer.WriteMatrix(Train);
        writer.WriteMatrix(Test);
        writer.WriteArray(UserIndices);
        writer.WriteArray(ItemIndices);
        writer.WriteInt64(Cut?.UtcTicks ?? 0);
        writer.WriteInt64(Cold.Users);
        writer.WriteArray([Cold.ShareWithoutHit, Cold.MeanCoverage, Cold.MeanRecall]);
    }

    /// <inheritdoc/>
    public static Holdout Read(CheckpointReader reader) => new(
        reader.ReadMatrix(),
        reader.ReadMatrix(),
        reader.ReadArray<int>(),
        reader.ReadArray<int>(),
        reader.ReadInt64() is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
        (reader.ReadInt32(), reader.ReadArray<double>()) is var (users, cold) ? new ColdUserMetrics(users, cold[0], cold[1], cold[2]) : null!);

    private static SparseMatrix Empty(int rowCount, int columnCount) => SparseMatrix.FromTriples(rowCount, columnCount, [], [], []);
}

/// <summary>
/// The number under which an id takes part in a split by hash. It depends on the id alone, so that a pair stays on its side
/// from one training to the next and any program can repeat the split.
/// </summary>
internal static class SplitKey
{
    private const ulong OffsetBasis = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    /// <summary>
    /// The id itself where it is a number that is not negative, else the 64-bit FNV-1a hash of its UTF-8 bytes without the sign
    /// bit.
    /// </summary>
    public static long Of(string id)
    {
        if (long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var hash = OffsetBasis;
        foreach (var value in Encoding.UTF8.GetBytes(id))
        {
            hash = (hash ^ value) * Prime;
        }

        return (long)(hash & long.MaxValue);
    }
}
