using RecSys.Algorithms.Als;
using RecSys.Algorithms.Markov;
using RecSys.Algorithms.Metrics;
using RecSys.Algorithms.Neighbors;
using RecSys.Algorithms.Popularity;
using RecSys.Algorithms.Splits;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Settings;
using RecSys.Trainer.Stages;

namespace RecSys.Trainer.Trainings;

/// <summary>What the stages of a training hand on. Whoever changes how one is written raises <see cref="CheckpointManifest.CurrentFormat"/>.</summary>
internal static class TrainingOutputs
{
    /// <summary>All plays.</summary>
    public static readonly StageOutput<TrainingLog> Log = new("log", WriteLog, (reader, _) => ReadLog(reader));

    /// <summary>What is withheld.</summary>
    public static readonly StageOutput<Holdout> Holdout = new("holdout", WriteHoldout, (reader, _) => ReadHoldout(reader));

    /// <summary>Models of the part that is not withheld.</summary>
    public static readonly StageOutput<FittedModels> MeasuredModels = new(
        "measured-models", WriteModels,
        (reader, values) => ReadModels(reader, values, values.Get(Holdout).Train, PairsOf(values, values.Get(Holdout))));

    /// <summary>How good they are.</summary>
    public static readonly StageOutput<Measurement> Measurement = new("measurement", WriteMeasurement, (reader, _) => ReadMeasurement(reader));

    /// <summary>Models of all plays.</summary>
    public static readonly StageOutput<FittedModels> Models = new(
        "models", WriteModels, (reader, values) => ReadModels(reader, values, values.Get(Log).Plays, PairsOf(values, null)));

    /// <summary>Similar tracks of every track.</summary>
    public static readonly StageOutput<ListFile> Similar = Lists("similar");

    /// <summary>What follows every track.</summary>
    public static readonly StageOutput<ListFile> Next = Lists("next");

    /// <summary>The personal list of every user.</summary>
    public static readonly StageOutput<ListFile> Personal = Lists("personal");

    /// <summary>Which track followed which; null where that is not to be learnt or the log does not tell.</summary>
    /// <param name="values">The log and the settings.</param>
    /// <param name="holdout">Leaves out what was withheld; null for all.</param>
    public static NextTrackPairs? PairsOf(StageValues values, Holdout? holdout)
    {
        var log = values.Get(Log);
        var tells = log.Times is not null && (holdout is null || holdout.Cut is not null);
        return tells && values.Settings.Get(TrainingSettings.MarkovEnabled)
            ? log.Times!.ToPairs(log.Plays, holdout, values.Settings.SessionGap())
            : null;
    }

    /// <summary>The file of the lists, which their stage has written by itself.</summary>
    public static string FileOf(StageValues values, StageOutput<ListFile> lists) => values.PathOf(lists.Name + "-lists");

    private static StageOutput<ListFile> Lists(string name) => new(
        name,
        (writer, file) => writer.WriteInt64(file.Count),
        (reader, values) => new ListFile(values.PathOf(name + "-lists"), reader.ReadInt64()));

    private static void WriteLog(CheckpointWriter writer, TrainingLog log)
    {
        writer.WriteTexts(log.UserIds);
        writer.WriteTexts(log.TrackIds);
        writer.WriteMatrix(log.Plays);
        writer.WriteArray(log.LastListenedAt);
        writer.WriteInt64(log.ListenCount);
        writer.WriteInt64(log.RowCount);
        writer.WriteInt64(log.Times is null ? 0 : 1);
        if (log.Times is { } times)
        {
            writer.WriteArray(times.Counts);
            writer.WriteArray(times.Microseconds);
        }
    }

    private static TrainingLog ReadLog(CheckpointReader reader) => new(
        reader.ReadTexts(),
        reader.ReadTexts(),
        reader.ReadMatrix(),
        reader.ReadArray<long>(),
        reader.ReadInt64(),
        reader.ReadInt64(),
        reader.ReadInt64() == 0 ? null : new ListenTimes(reader.ReadArray<int>(), reader.ReadArray<long>()));

    private static void WriteHoldout(CheckpointWriter writer, Holdout holdout)
    {
        writer.WriteMatrix(holdout.Train);
        writer.WriteMatrix(holdout.Test);
        writer.WriteArray(holdout.UserIndices);
        writer.WriteArray(holdout.ItemIndices);
        writer.WriteInt64(holdout.Cut?.UtcTicks ?? 0);
        writer.WriteArray([holdout.Cold.Users, holdout.Cold.ShareWithoutHit, holdout.Cold.MeanCoverage, holdout.Cold.MeanRecall]);
    }

    private static Holdout ReadHoldout(CheckpointReader reader) => new(
        reader.ReadMatrix(),
        reader.ReadMatrix(),
        reader.ReadArray<int>(),
        reader.ReadArray<int>(),
        reader.ReadInt64() is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null,
        reader.ReadArray<double>() is var cold ? new ColdUserMetrics((int)cold[0], cold[1], cold[2], cold[3]) : null!);

    // What takes a pass over the plays is made again; only what takes long is written.
    private static void WriteModels(CheckpointWriter writer, FittedModels models)
    {
        writer.WriteTexts([.. models.FitSeconds.Keys]);
        writer.WriteArray(models.FitSeconds.Values.ToArray());
        if (models.Als is { } als)
        {
            writer.WriteFactors(als.UserFactors);
            writer.WriteFactors(als.ItemFactors);
        }

        if (models.ItemNeighbors is { } items)
        {
            writer.WriteNeighbors(items.Neighbors);
        }

        if (models.UserNeighbors is { } users)
        {
            writer.WriteNeighbors(users.Neighbors);
        }
    }

    private static FittedModels ReadModels(
        CheckpointReader reader, StageValues values, Algorithms.Matrices.SparseMatrix plays, NextTrackPairs? pairs)
    {
        var settings = values.Settings;
        var seconds = reader.ReadTexts().Zip(reader.ReadArray<double>()).ToDictionary(pair => pair.First, pair => pair.Second);
        return new FittedModels
        {
            FitSeconds = seconds,
            Popularity = PopularityModel.Fit(plays, PopularityMeasure.Users),
            Als = seconds.ContainsKey("als")
                ? AlsModel.FromFactors(reader.ReadFactors(), reader.ReadFactors(), settings.AlsSettings(), plays)
                : null,
            ItemNeighbors = seconds.ContainsKey("item-knn")
                ? ItemNeighborModel.FromNeighbors(plays, reader.ReadNeighbors(), settings.ItemNeighborOptions(plays.CellCount))
                : null,
            UserNeighbors = seconds.ContainsKey("user-knn")
                ? UserNeighborModel.FromNeighbors(plays, reader.ReadNeighbors(), settings.UserNeighborOptions(plays.CellCount))
                : null,
            Markov = seconds.ContainsKey("markov") ? MarkovModel.Fit(pairs!, settings.MarkovOptions(), seen: plays) : null,
        };
    }

    private static void WriteMeasurement(CheckpointWriter writer, Measurement measurement)
    {
        writer.WriteTexts([.. measurement.Metrics.Keys]);
        writer.WriteArray(measurement.Metrics.Values.ToArray());
        writer.WriteTexts(measurement.Users.UserIds);
        writer.WriteArray(measurement.Users.Personal);
        writer.WriteArray(measurement.Users.Popular);
    }

    private static Measurement ReadMeasurement(CheckpointReader reader) => new(
        reader.ReadTexts().Zip(reader.ReadArray<double>()).ToDictionary(pair => pair.First, pair => pair.Second),
        new UserQuality(reader.ReadTexts(), reader.ReadArray<float>(), reader.ReadArray<float>()));
}
