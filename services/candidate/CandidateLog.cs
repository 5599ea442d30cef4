namespace RecSys.Candidate;

/// <summary>Log messages of this service, event ids 3000 to 3099.</summary>
internal static partial class CandidateLog
{
    [LoggerMessage(3000, LogLevel.Information, "Model version {Version} is in use: {UserCount} users, {TrackCount} tracks, {CellCount} heard, loaded in {Seconds:0.0} s.")]
    public static partial void ModelLoaded(ILogger logger, string version, int userCount, int trackCount, long cellCount, double seconds);
}
