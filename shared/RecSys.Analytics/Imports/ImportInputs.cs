namespace RecSys.Analytics.Imports;

/// <summary>
/// The files of an import as formats read them: archives unpacked, compression found by content, line breaks made even. What is made
/// for that lies in a work folder; messages name what the caller named.
/// </summary>
internal sealed class ImportInputs
{
    private readonly string _workFolder;
    private readonly CancellationToken _cancellationToken;
    private readonly List<(string Made, string Original)> _made = [];
    private readonly HashSet<string> _unpacked = [];

    private ImportInputs(string workFolder, CancellationToken cancellationToken)
    {
        _workFolder = workFolder;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The files and folders; an archive is the folder that it was unpacked to, or its only file.</summary>
    public IReadOnlyList<string> Paths { get; private set; } = [];

    /// <summary>Unpacks what are archives.</summary>
    /// <param name="paths">Files and folders.</param>
    /// <param name="workFolder">A folder that is there, for what is made.</param>
    /// <param name="cancellationToken">Ends the reading, also later on.</param>
    /// <exception cref="LakeInputException">An archive can't be unpacked whole.</exception>
    public static ImportInputs Open(IReadOnlyList<string> paths, string workFolder, CancellationToken cancellationToken)
    {
        var inputs = new ImportInputs(workFolder, cancellationToken);
        inputs.Paths = [.. paths.Select(inputs.Unpacked)];
        return inputs;
    }

    /// <summary>Whether a path is the folder of an archive, of which nothing may be left out.</summary>
    public bool IsUnpacked(string path) => _unpacked.Contains(path);

    /// <summary>A file that must be there, be readable and not be empty; of text also whole.</summary>
    /// <exception cref="LakeInputException">It isn't.</exception>
    public InputFile OpenFile(string path)
    {
        var file = InputFile.Open(path);
        if (file.IsParquet)
        {
            return file;
        }

        return EvenText.Of(
            file,
            () =>
            {
                var copy = Path.Combine(_workFolder, $"even-{_made.Count}");
                Directory.CreateDirectory(copy);
                copy = Path.Combine(copy, Path.GetFileName(path));
                _made.Add((copy, path));
                return copy;
            },
            _cancellationToken);
    }

    /// <summary>The files of a folder by their extensions, in the order of their names; of a file, the file itself.</summary>
    /// <param name="path">A file or folder. In the folder of an archive, also files in folders of it.</param>
    /// <param name="extensions">Extensions without that of a compression; none: all files.</param>
    /// <exception cref="LakeInputException">There is none, or an archive holds another file.</exception>
    public List<InputFile> OpenAll(string path, params string[] extensions) => [.. List(path, extensions).Select(OpenFile)];

    /// <summary>A file of a folder by its name, with or without a compression's extension.</summary>
    /// <returns>The file; null when there is none.</returns>
    /// <exception cref="LakeInputException">It can't be read.</exception>
    public InputFile? Find(string folder, string name)
    {
        foreach (var extension in (string[])["", .. InputFile.CompressedExtensions])
        {
            var path = Path.Combine(folder, name + extension);
            if (File.Exists(path))
            {
                return OpenFile(path);
            }
        }

        return null;
    }

    /// <summary>All files of a folder and the folders in it, by name; of a file, itself. Hidden ones are left out.</summary>
    /// <exception cref="LakeInputException">There is none.</exception>
    public static List<string> AllFiles(string path)
    {
        if (!Directory.Exists(path))
        {
            return [InputFile.Open(path).Path];
        }

        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => !Path.GetFileName(file).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0 ? files : throw new LakeInputException(path, "is a folder without files", "Name the folder that holds the log, or its files");
    }

    /// <summary>The same failure, with the caller's name of a file in place of what was made of it.</summary>
    public LakeInputException Explain(LakeInputException failure)
    {
        string Original(string text) => _made.Aggregate(text, (changed, made) => changed.Replace(made.Made, made.Original, StringComparison.Ordinal));
        var (file, problem) = (Original(failure.File), Original(failure.Problem));
        return file == failure.File && problem == failure.Problem ? failure : new LakeInputException(file, problem, failure.Remedy, failure.Line, failure);
    }

    private List<string> List(string path, string[] extensions)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        var isUnpacked = IsUnpacked(path);
        var all = Directory.EnumerateFiles(path, "*", isUnpacked ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly).Order(StringComparer.Ordinal).ToList();
        var files = all.FindAll(file => extensions.Length == 0 || extensions.Contains(InputFile.ExtensionOf(file)));
        if (isUnpacked && all.Except(files).FirstOrDefault() is { } other)
        {
            throw new LakeInputException(
                path, $"is an archive that holds {Path.GetRelativePath(path, other)}, which this format does not read", "Unpack it yourself and name the files of the log");
        }

        return files.Count > 0
            ? files
            : throw new LakeInputException(
                path, $"has no file that ends in {string.Join(" or ", extensions)} (nor with .gz or .zst)", "Name the folder that holds the log, or its files");
    }

    private string Unpacked(string path)
    {
        if (!File.Exists(path))
        {
            return path;
        }

        FileContent content;
        try
        {
            content = FileContents.Of(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Who opens it says so.
            return path;
        }

        if (!InputArchive.IsOne(content))
        {
            return path;
        }

        var folder = Path.Combine(Path.GetFullPath(_workFolder), $"archive-{_made.Count}");
        InputArchive.Unpack(path, content, folder, _cancellationToken);

        // What lies in one folder of the archive is looked for there.
        var root = folder;
        while (Directory.GetFileSystemEntries(root) is [var only])
        {
            root = only;
            if (!Directory.Exists(root))
            {
                break;
            }
        }

        _made.Add((root, path));
        _unpacked.Add(root);
        return root;
    }
}
