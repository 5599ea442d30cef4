namespace RecSys.Data.Schema;

internal sealed record UserRecommendationsRow(string ModelVersion, string UserId, string[] TrackIds, float[] Scores, string[] Sources)
    : IModelRow;
