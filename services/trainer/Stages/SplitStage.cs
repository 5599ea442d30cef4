using RecSys.Algorithms.Splits;
using RecSys.Analytics.Listens;
using RecSys.Trainer.Progress;
using RecSys.Trainer.Trainings;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Withholds the newest plays, or a fixed share of the (user, track) pairs where the log does not say when they were. Only
/// pairs that are new to their user are measured on; what the train part does not know is left out and counted.
/// </summary>
internal sealed class SplitStage(LakeQueries queries) : IStage<SplitInput, DataSplit?>
{
    // Below this share of cells with a time, the order of the log says nothing about most of it.
    private const double MinKnownTimes = 0.9;

    // Listens of a log that was aggregated or sent in one go share a few times; a cut between these is no share of the log.
    private const double MaxShareExcess = 2;

    // A quantile of this many is as good as one of all.
    private const int MaxSampledTimes = 1_000_000;

    /// <inheritdoc/>
    /// <returns>The two parts; null when nothing is left to measure on.</returns>
    public async Task<DataSplit?> RunAsync(SplitInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "withholding plays");
        var cut = FindCut(input);
        var split = cut is { } time
            ? Create(await ReadAroundAsync(input.Log, time, cancellationToken), time)
            : DataSplit.Create(InteractionLog.FromMatrix(input.Log.Plays), HashSplitOf(input));
        var report = split.Report;
        progress.Report(1, $"{report.TestPairs:N0} of {report.TestPairs + report.TrainPairs:N0} pairs withheld: {report.Split}");
        return split.Test.CellCount > 0 ? split : null;
    }

    private static DataSplit Create(InteractionLog around, DateTimeOffset cut)
    {
        LargeHeap.Trim();
        return DataSplit.Create(around, new GlobalTimeSplit(cut));
    }

    /// <summary>The moment from which plays are withheld; null when the log's times don't tell.</summary>
    internal static DateTimeOffset? FindCut(SplitInput input)
    {
        var times = SampleTimes(input.Log.LastListenedAt, out var latest);
        if (times.Length == 0)
        {
            return null;
        }

        var cut = input.TestDays > 0
            ? latest - (long)TimeSpan.FromDays(input.TestDays).TotalMicroseconds + 1
            : times[Math.Min((int)((1 - input.TestShare) * times.Length), times.Length - 1)];
        var withheld = times.Count(time => time >= cut) / (double)times.Length;
        var isTooMuch = withheld >= (input.TestDays > 0 ? 1 : MaxShareExcess * input.TestShare);
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
    private async Task<InteractionLog> ReadAroundAsync(TrainingLog log, DateTimeOffset cut, CancellationToken cancellationToken)
    {
        var before = await queries.ReadInteractionsAsync(new InteractionQuery { Before = cut }, cancellationToken);
        var after = await queries.ReadInteractionsAsync(new InteractionQuery { After = cut }, cancellationToken);
        var users = IdPositions.Of(log.UserIds);
        var items = IdPositions.Of(log.TrackIds);
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

        return new InteractionLog(log.UserIds.Length, log.TrackIds.Length, userIndices, itemIndices, plays, times);

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

    private static PairHashSplit HashSplitOf(SplitInput input) => new(
        Array.ConvertAll(input.Log.UserIds, SplitKey.Of),
        Array.ConvertAll(input.Log.TrackIds, SplitKey.Of),
        Math.Max(2, (int)Math.Round(1 / input.TestShare)));
}
