using RecSys.Lake.Storage;

namespace RecSys.Lake.Exports;

/// <summary>An export into a folder, made beside it and given its name at the end.</summary>
internal sealed class FolderTarget : ExportTarget
{
    private readonly string _final;

    private FolderTarget(string final, string staged)
        : base(staged) => _final = final;

    public static FolderTarget Open(string output)
    {
        var final = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        if (File.Exists(final))
        {
            throw new ExportException($"{output}: is a file. Name a folder that is empty or new.");
        }

        // Whatever else the folder holds would be lost.
        if (Directory.Exists(final) && Directory.EnumerateFileSystemEntries(final).Any() && !HoldsExport(final))
        {
            throw new ExportException($"{output}: the folder holds something else than an earlier export. Name a folder that is empty or new.");
        }

        var parent = Path.GetDirectoryName(final) ?? throw new ExportException($"{output}: is the root of the file system. Name a folder in it.");
        try
        {
            DurableFiles.MakeFolder(parent);
            return new FolderTarget(final, Path.Combine(parent, $".{Path.GetFileName(final)}-{Guid.CreateVersion7():N}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{output}: the folder can't be written: {exception.Message}", exception);
        }
    }

    private protected override Task PublishAsync(ExportManifest manifest, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            File.WriteAllBytes(PathTo(ExportManifest.FileName), manifest.ToJson());
            cancellationToken.ThrowIfCancellationRequested();
            DurableFiles.ReplaceFolder(Folder, _final);
        },
        cancellationToken);

    private static bool HoldsExport(string folder)
    {
        var file = Path.Combine(folder, ExportManifest.FileName);
        return File.Exists(file)
            && ExportManifest.Parse(File.ReadAllBytes(file)) is { } manifest
            && Directory.EnumerateFileSystemEntries(folder)
                .Select(entry => Path.GetFileName(entry))
                .All(name => name == ExportManifest.FileName || manifest.Files.Any(exported => exported.Name == name));
    }
}
