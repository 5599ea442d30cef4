namespace RecSys.Hosting.Settings;

/// <summary>
/// The configuration can't be used. The message is for the person who wrote it: it names the key, the value and what
/// would be right. <see cref="RecSysHost.RunAsync"/> prints it and exits with code 2.
/// </summary>
public sealed class InvalidSettingsException(string message, Exception? innerException = null) : Exception(message, innerException);
