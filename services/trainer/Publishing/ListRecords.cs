using RecSys.Algorithms;
using RecSys.Data.Models;
using RecSys.Trainer.Checkpoints;
using RecSys.Trainer.Stages;

namespace RecSys.Trainer.Publishing;

/// <summary>Lists of indices as rows of the database, which name users and tracks.</summary>
internal static class ListRecords
{
    public static UserRecommendationsRow Personal(ScoredRow row, TrainingLog log) => new(
        log.UserIds[row.Index], Ids(row.Items, log), row.Scores, Array.ConvertAll(row.Sources, source => ListsStage.SourceNames[source]));

    public static SimilarTracksRow Similar(ScoredRow row, TrainingLog log) => new(log.TrackIds[row.Index], Ids(row.Items, log), row.Scores);

    public static SimilarTracksRow Similar(int track, ScoredItem[] list, TrainingLog log) => new(
        log.TrackIds[track], Array.ConvertAll(list, item => log.TrackIds[item.ItemIndex]), Array.ConvertAll(list, item => item.Score));

    public static NextTracksRow Next(ScoredRow row, TrainingLog log) => new(log.TrackIds[row.Index], Ids(row.Items, log), row.Scores);

    private static string[] Ids(int[] items, TrainingLog log) => Array.ConvertAll(items, item => log.TrackIds[item]);
}
