using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports;

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
        var blamed = files.FirstOrDefault(file => failure.Message.Contains(file.Path, StringComparison.Ordinal)) ?? files[0];
        return DelimitedText.Unreadable(blamed, failure);
    }

    /// <summary>Whether a message of the engine or of the system says that the disk is full.</summary>
    public static bool IsNoRoom(string message) => FullDisk.Any(sign => message.Contains(sign, StringComparison.OrdinalIgnoreCase));

    /// <summary>The error for a folder that is full.</summary>
    public static LakeWriteException NoRoom(string folder, Exception failure) =>
        new(folder, "the disk is full, or a quota is used up", "Free space and import again; nothing was changed", failure);
}
