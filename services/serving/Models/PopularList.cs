using RecSys.Data.Models;

namespace RecSys.Serving.Models;

/// <summary>A version's tracks with the most listeners, best first.</summary>
internal sealed record PopularList(string Version, IReadOnlyList<PopularTrackRecord> Tracks);
