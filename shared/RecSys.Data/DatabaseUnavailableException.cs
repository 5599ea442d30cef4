namespace RecSys.Data;

/// <summary>The database did not answer, or not in time; the same call may succeed later. The message names the server, never a secret.</summary>
public sealed class DatabaseUnavailableException : Exception
{
    internal DatabaseUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
