using Microsoft.Extensions.Logging;

namespace RecSys.Hosting.Tests.Hosts;

internal sealed record LogEntry(LogLevel Level, int EventId, string Text, Exception? Exception);
