using Microsoft.Extensions.Logging;

namespace RecSys.Data;

/// <summary>Log messages of this project, event ids 2000 to 2099. Never a connection string, never listening data.</summary>
internal static partial class DataLog
{
    [LoggerMessage(2000, LogLevel.Information, "Updating the schema of {Target}: {Migrations}")]
    public static partial void UpdatingSchema(ILogger logger, string target, string migrations);

    [LoggerMessage(2001, LogLevel.Information, "Creating the database: {Target}")]
    public static partial void CreatingDatabase(ILogger logger, string target);
}
