namespace RecSys.Lake.Exports;

/// <summary>An export can't be made as asked; nothing was written. The message is one line that says what to do.</summary>
public sealed class ExportException : Exception
{
    internal ExportException(string message, Exception? inner = null)
        : base(message.ReplaceLineEndings(" "), inner)
    {
    }
}
