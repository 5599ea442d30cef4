namespace RecSys.Analytics.Imports;

/// <summary>There is no room for an import. The lake is as it was. The message is one line: where, what, and what to do.</summary>
public sealed class LakeWriteException : Exception
{
    internal LakeWriteException(string folder, string problem, string remedy, Exception inner)
        : base($"{folder}: {problem}. {remedy}.".ReplaceLineEndings(" "), inner) =>
        Folder = folder;

    /// <summary>The folder that can't take the files.</summary>
    public string Folder { get; }
}
