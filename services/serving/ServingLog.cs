namespace RecSys.Serving;

/// <summary>Log messages of this service, event ids 5000 to 5099.</summary>
internal static partial class ServingLog
{
    [LoggerMessage(5000, LogLevel.Warning, "The {Part} did not answer ({Cause}: {Message}); answering without it.")]
    public static partial void DownstreamFailed(ILogger logger, string part, string cause, string message);

    [LoggerMessage(5001, LogLevel.Information, "Model version {Version} is in use, with {PopularCount} popular tracks.")]
    public static partial void ModelLoaded(ILogger logger, string version, int popularCount);

    [LoggerMessage(5002, LogLevel.Information, "The names of {Count} tracks are in memory.")]
    public static partial void CatalogueLoaded(ILogger logger, int count);

    [LoggerMessage(5003, LogLevel.Debug, "{Count} listens on the bus were malformed and are not in any history.")]
    public static partial void MalformedListens(ILogger logger, int count);

    [LoggerMessage(5004, LogLevel.Warning,
        "The bus does not take exposures; up to {Limit} of them wait in memory, and what comes after that is dropped: {Reason}")]
    public static partial void ExposuresWait(ILogger logger, int limit, string reason);

    [LoggerMessage(5005, LogLevel.Information, "The bus takes exposures again; {Dropped} were dropped meanwhile.")]
    public static partial void ExposuresTakenAgain(ILogger logger, long dropped);

    [LoggerMessage(5006, LogLevel.Warning, "{Count} exposures can't be published and are dropped: {Reason}")]
    public static partial void ExposuresRefused(ILogger logger, int count, string reason);

    [LoggerMessage(5007, LogLevel.Warning, "{Count} exposures are lost: the bus did not take them before the stop ({Reason}).")]
    public static partial void ExposuresLost(ILogger logger, int count, string reason);
}
