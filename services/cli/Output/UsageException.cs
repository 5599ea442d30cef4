namespace RecSys.Cli.Output;

/// <summary>The call or its input is wrong: one line that says what to do, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
