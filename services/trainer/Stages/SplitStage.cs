using RecSys.Algorithms.Splits;
using RecSys.Lake;
using RecSys.Trainer.Progress;

namespace RecSys.Trainer.Stages;

/// <summary>
/// Withholds the newest plays, or a fixed share of the (user, track) pairs where the log does not say when they were. Only
/// pairs that are new to their user are measured on; what the train part does not know is left out and counted.
/// </summary>
internal sealed class SplitStage(ListenLake lake) : IStage<SplitInput, DataSplit?>
{
    // Below this share of cells with a time, the order of the log says nothing about most of it.
    private const double MinKnownTimes = 0.9;

    // Listens of a log that was aggregated or sent in one go share a few times; a cut between these is no share of the log.
    private const double MaxShareExcess = 2;

    /// <inheritdoc/>
    /// <returns>The two parts; null when nothing is left to measure on.</returns>
    public async Task<DataSplit?> RunAsync(SplitInput input, StageProgress progress, CancellationToken cancellationToken)
    {
        progress.Report(0, "withholding plays");
        var cut = FindCut(input);
        var split = cut is { } time
            ? DataSplit.Create(await ReadAroundAsync(input.Log, time, cancellationToken), new GlobalTimeSplit(time))
            : DataSplit.Create(InteractionLog.FromMatrix(input.Log.Plays), HashSplitOf(input));
        progress.Report(1, $"{split.Report.TestPairs:N0} of {split.Report.TestPairs + split.Report.TrainPairs:N0} pairs withheld: {split.Report.Split}");
        return split.Test.CellCount > 0 ? split : null;
    }

    /// <summary>The moment from which plays are withheld; null when the log's times don't tell.</summary>
    internal static DateTimeOffset? FindCut(SplitInput input)
    {
        var times = input.Log.LastListenedAt.Where(time => time > 0).Order().ToArray();
        if (times.Length < MinKnownTimes * input.Log.LastListenedAt.Length || times.Length == 0)
        {
            return null;
        }

        var cut = input.TestDays > 0
            ? times[^1] - (long)TimeSpan.FromDays(input.TestDays).TotalMicroseconds + 1
            : times[Math.Min((int)((1 - input.TestShare) * times.Length), times.Length - 1)];
        var firstWithheld = times.AsSpan().BinarySearch(cut);
        while (firstWithheld > 0 && times[firstWithheld - 1] == cut)
        {
            firstWithheld--;
        }

        var withheld = (times.Length - (firstWithheld < 0 ? ~firstWithheld : firstWithheld)) / (double)times.Length;
        var isTooMuch = withheld >= (input.TestDays > 0 ? 1 : MaxShareExcess * input.TestShare);
        return isTooMuch ? null : DateTimeOffset.UnixEpoch.AddTicks(cut * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>
    /// The cells from before the cut and those from after it, told apart by their times: a track that was heard on both sides is
    /// in both, so that its earlier plays are trained on.
    /// </summary>
    private async Task<InteractionLog> ReadAroundAsync(TrainingLog log, DateTimeOffset cut, CancellationToken cancellationToken)
    {
        var before = await lake.ReadInteractionsAsync(new InteractionQuery { Before = cut }, cancellationToken);
        var after = await lake.ReadInteractionsAsync(new InteractionQuery { After = cut }, cancellationToken);
        var users = Positions(log.UserIds);
        var items = Positions(log.TrackIds);
        var count = before.CellCount + after.CellCount;
        var userIndices = new List<int>(count);
        var itemIndices = new List<int>(count);
        var plays = new List<float>(count);
        var times = new List<long>(count);
        var cutTime = (cut - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        Add(before, cutTime - 1);
        Add(after, cutTime);
        return new InteractionLog(log.UserIds.Length, log.TrackIds.Length, [.. userIndices], [.. itemIndices], [.. plays], [.. times]);

        void Add(LakeInteractions part, long time)
        {
            var userOf = Array.ConvertAll(part.UserIds, id => users.GetValueOrDefault(id, -1));
            var itemOf = Array.ConvertAll(part.TrackIds, id => items.GetValueOrDefault(id, -1));
            for (var cell = 0; cell < part.CellCount; cell++)
            {
                // Listens that came in since the whole log was read are not part of this training.
                var (user, item) = (userOf[part.UserIndex[cell]], itemOf[part.ItemIndex[cell]]);
                if (user >= 0 && item >= 0)
                {
                    userIndices.Add(user);
                    itemIndices.Add(item);
                    plays.Add(part.Plays[cell]);
                    times.Add(time);
                }
            }
        }
    }

    private static Dictionary<string, int> Positions(string[] ids)
    {
        var positions = new Dictionary<string, int>(ids.Length, StringComparer.Ordinal);
        for (var i = 0; i < ids.Length; i++)
        {
            positions.Add(ids[i], i);
        }

        return positions;
    }

    private static HashSplit HashSplitOf(SplitInput input) => new(
        Array.ConvertAll(input.Log.UserIds, SplitKey.Of),
        Array.ConvertAll(input.Log.TrackIds, SplitKey.Of),
        Math.Max(2, (int)Math.Round(1 / input.TestShare)));
}
