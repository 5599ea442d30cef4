namespace RecSys.Data.Models;

/// <summary>The list that a model version holds for one user, best first. The three arrays run in parallel.</summary>
/// <param name="UserId">Whose list it is.</param>
/// <param name="TrackIds">The tracks.</param>
/// <param name="Scores">Their finite scores; larger is better, comparable within one list only.</param>
/// <param name="Sources">The strongest source of each track, such as <c>als</c>.</param>
public sealed record UserRecommendationsRecord(string UserId, string[] TrackIds, float[] Scores, string[] Sources);
