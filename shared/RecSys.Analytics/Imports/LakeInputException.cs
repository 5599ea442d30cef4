using System.Globalization;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports;

/// <summary>An input can't be imported. Nothing of it is in the lake. The message is one line: where, what, and what to do.</summary>
public sealed class LakeInputException : Exception
{
    internal LakeInputException(string file, string problem, string remedy, long? line = null, Exception? inner = null)
        : base(Text(file, problem, remedy, line), inner)
    {
        File = file;
        Line = line;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>The file or folder, as it was named by the caller or found in the folder that was.</summary>
    public string File { get; }

    /// <summary>The line, from 1; null when the problem is not in one line.</summary>
    public long? Line { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    private static string Text(string file, string problem, string remedy, long? line)
    {
        var place = line is { } number ? string.Create(CultureInfo.InvariantCulture, $"{file}, line {number}") : file;
        return $"{place}: {problem}. {remedy}.".ReplaceLineEndings(" ");
    }
}

/// <summary>There is no room for an import. The lake is as it was. The message is one line: where, what, and what to do.</summary>
public sealed class LakeWriteException : Exception
{
    internal LakeWriteException(string folder, string problem, string remedy, Exception inner)
        : base($"{folder}: {problem}. {remedy}.".ReplaceLineEndings(" "), inner) =>
        Folder = folder;

    /// <summary>The folder that can't take the files.</summary>
    public string Folder { get; }
}

/// <summary>Says what a failure of the engine means for a person who imports a file.</summary>
internal static class EngineFailure
{
    private static readonly string[] FullDisk =
        ["No space left", "File too large", "Disk quota exceeded", "Could not write", "failed to offload", "max_temp_directory_size"];

    /// <summary>The error to report: no room in the lake, or an input that can't be read.</summary>
    public static Exception Explain(EngineException failure, IReadOnlyList<InputFile> files, string folder)
    {
        if (IsNoRoom(failure.Message))
        {
            return NoRoom(folder, failure);
        }

        if (failure.IsOutOfMemory)
        {
            return new LakeWriteException(
                folder, "the engine's memory does not suffice", "Raise RECSYS__LAKE__MEMORYLIMITMEGABYTES, and leave room for spilled data in the temporary folder", failure);
        }

        // The engine's message names the file in most cases.
        var blamed = files.FirstOrDefault(file => failure.Message.Contains(file.Path, StringComparison.Ordinal)) ?? files.FirstOrDefault();
        return blamed is null ? failure : DelimitedText.Unreadable(blamed, failure);
    }

    /// <summary>Whether a message of the engine or of the system says that the disk is full.</summary>
    public static bool IsNoRoom(string message) => FullDisk.Any(sign => message.Contains(sign, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error for a folder that is full.</summary>
    public static LakeWriteException NoRoom(string folder, Exception failure) =>
        new(folder, "the disk is full, or a quota is used up", "Free space and import again; nothing was changed", failure);
}
