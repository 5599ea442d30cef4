using RecSys.Serving.Slates;

namespace RecSys.Serving.Fallback;

/// <summary>An answer made without the candidate service.</summary>
/// <param name="Tracks">Best first.</param>
/// <param name="Steps">Where they came from, for a person: <c>the stored list</c>.</param>
/// <param name="DatabaseMissing">Why the database could not be read; null when it could.</param>
internal sealed record StoredAnswer(IReadOnlyList<SlateTrack> Tracks, IReadOnlyList<string> Steps, string? DatabaseMissing);
