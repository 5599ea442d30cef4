namespace RecSys.Lake;

/// <summary>A file of the lake can't be read. Nothing of it was used.</summary>
public sealed class LakeCorruptException : Exception
{
    internal LakeCorruptException(string file, string reason, Exception inner)
        : base($"The lake's file {file} can't be read: {FirstLine(reason)}. Restore it, or move it out of the lake to go on without it.", inner) =>
        File = file;

    /// <summary>Full name of the file.</summary>
    public string File { get; }

    private static string FirstLine(string reason) => reason.AsSpan().TrimStart() is var text && text.IndexOf('\n') is var end and >= 0
        ? text[..end].TrimEnd(" .\r").ToString()
        : text.TrimEnd(" .").ToString();
}
