namespace RecSys.Data.Models;

/// <summary>A row that belongs to one model version and goes when the version goes.</summary>
public abstract record ModelRow
{
    /// <summary>The version; the store sets it when it writes the row.</summary>
    internal string ModelVersion { get; init; } = "";
}

/// <summary>The list that a model version holds for one user, best first. The three arrays run in parallel.</summary>
/// <param name="UserId">Whose list it is.</param>
/// <param name="TrackIds">The tracks.</param>
/// <param name="Scores">Their finite scores; larger is better, comparable within one list only.</param>
/// <param name="Sources">The strongest source of each track, such as <c>als</c>.</param>
public sealed record UserRecommendationsRow(string UserId, string[] TrackIds, float[] Scores, string[] Sources) : ModelRow;

/// <summary>The tracks nearest to one track, nearest first. The two arrays run in parallel.</summary>
/// <param name="TrackId">The track whose neighbours these are; it is not among them.</param>
/// <param name="SimilarTrackIds">The neighbours.</param>
/// <param name="Scores">Cosine of the item factors, -1 to 1.</param>
public sealed record SimilarTracksRow(string TrackId, string[] SimilarTrackIds, float[] Scores) : ModelRow;

/// <summary>The tracks that most likely follow one track within a session, most likely first. The two arrays run in parallel.</summary>
/// <param name="TrackId">The track that is playing.</param>
/// <param name="NextTrackIds">What follows it; it may be the track itself, where people repeat it.</param>
/// <param name="Probabilities">Of each, 0 to 1; those of all tracks of the catalogue add up to 1.</param>
public sealed record NextTracksRow(string TrackId, string[] NextTrackIds, float[] Probabilities) : ModelRow;

/// <summary>One place in the list of tracks with the most listeners.</summary>
/// <param name="Rank">The place, from 1.</param>
/// <param name="TrackId">The track.</param>
/// <param name="ListenerCount">Distinct users who played it.</param>
/// <param name="PlayCount">How often it was played.</param>
public sealed record PopularTrackRow(int Rank, string TrackId, long ListenerCount, long PlayCount) : ModelRow;

/// <summary>A piece of at most 8 MiB of a large array; <see cref="Artifacts.ArtifactStore"/> knows what the bytes mean.</summary>
internal sealed record ModelArtifactRow(string Name, int ChunkNumber, byte[] Bytes) : ModelRow;
