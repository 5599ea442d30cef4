using System.IO.Compression;
using System.Text.Json;
using RecSys.Contracts;

namespace RecSys.Data.Artifacts;

/// <summary>Reads factor files, our own and what numpy's <c>savez</c> and <c>savez_compressed</c> wrote.</summary>
public static class FactorFileReader
{
    private static readonly string[] UserIdNames = [FactorFileWriter.UserIds, "user_index_to_id"];
    private static readonly string[] ItemIdNames = [FactorFileWriter.ItemIds, "item_index_to_id"];

    /// <summary>
    /// Reads a file. Factors may be of any number type, in C or Fortran order; ids text or whole numbers; arrays in any order.
    /// Ids may also be called <c>user_index_to_id</c> and <c>item_index_to_id</c>.
    /// </summary>
    /// <exception cref="FactorFileException">The file can't be used.</exception>
    public static Task<FactorFile> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        Task.Run(() => Read(path, path, cancellationToken), cancellationToken);

    /// <summary>Reads a file that people know by another name.</summary>
    /// <inheritdoc cref="ReadAsync(string, CancellationToken)" path="/exception"/>
    public static Task<FactorFile> ReadAsync(string path, string name, CancellationToken cancellationToken = default) =>
        Task.Run(() => Read(path, name, cancellationToken), cancellationToken);

    private static FactorFile Read(string path, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var archive = ZipFile.OpenRead(path);
            return Read(archive, name, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new FactorFileException(name, "it is no .npz file, or damaged. Write it again with np.savez.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FactorFileException(name, $"it can't be read: {exception.Message}", exception);
        }
    }

    private static FactorFile Read(ZipArchive archive, string file, CancellationToken cancellationToken)
    {
        var (userFactors, users, factors) = Matrix(archive, file, FactorFileWriter.UserFactors, cancellationToken);
        var (itemFactors, items, itemFactorCount) = Matrix(archive, file, FactorFileWriter.ItemFactors, cancellationToken);
        if (factors != itemFactorCount)
        {
            throw new FactorFileException(
                file, $"{FactorFileWriter.UserFactors} have {factors} factors, {FactorFileWriter.ItemFactors} {itemFactorCount}. Both must have the same.");
        }

        var userIds = Ids(archive, file, UserIdNames, users, cancellationToken);
        var itemIds = Ids(archive, file, ItemIdNames, items, cancellationToken);
        var alpha = Find(archive, FactorFileWriter.Alpha) is { } entry
            ? ReadArray(file, entry, array => array.Type.IsNumber && array.Shape.Aggregate(1L, (a, b) => a * b) == 1
                ? (double?)array.ReadFloats(cancellationToken)[0]
                : throw new InvalidDataException("it must be one number"))
            : null;
        if (alpha is { } value && !(value > 0 && double.IsFinite(value)))
        {
            throw new FactorFileException(file, $"{FactorFileWriter.Alpha} is {value}. It must be above 0.");
        }

        return new FactorFile(userIds, itemIds, factors, userFactors, itemFactors, alpha, Settings(archive, file, cancellationToken));
    }

    private static (float[] Values, int Rows, int Columns) Matrix(ZipArchive archive, string file, string name, CancellationToken cancellationToken) =>
        ReadArray(file, Require(archive, file, [name]), array =>
        {
            if (array.Shape is not [> 0 and var rows, > 0 and <= 1024 and var columns] || !array.Type.IsNumber)
            {
                throw new InvalidDataException("it must be a matrix of numbers, a row of at most 1,024 factors for each id");
            }

            var values = array.ReadFloats(cancellationToken);
            for (var i = 0; i < values.Length; i++)
            {
                if (!float.IsFinite(values[i]))
                {
                    throw new InvalidDataException($"row {i / columns} holds a number that is not finite");
                }
            }

            return (values, (int)rows, (int)columns);
        });

    private static string[] Ids(ZipArchive archive, string file, string[] names, int count, CancellationToken cancellationToken) =>
        ReadArray(file, Require(archive, file, names), array =>
        {
            if (array.Shape is not [var length] || length != count)
            {
                throw new InvalidDataException($"its shape is ({string.Join(", ", array.Shape)}), but there are {count} rows of factors");
            }

            if (!array.Type.IsText && !array.Type.IsInteger)
            {
                throw new InvalidDataException("ids must be text or whole numbers");
            }

            var ids = array.ReadTexts(cancellationToken);
            var seen = new HashSet<string>(ids.Length, StringComparer.Ordinal);
            for (var i = 0; i < ids.Length; i++)
            {
                if (IdText.ProblemOfId(ids[i]) is { } problem)
                {
                    throw new InvalidDataException($"id {i} {problem}");
                }

                if (!seen.Add(ids[i]))
                {
                    throw new InvalidDataException($"id {i}, '{ids[i]}', is there twice");
                }
            }

            return ids;
        });

    private static IReadOnlyDictionary<string, string> Settings(ZipArchive archive, string file, CancellationToken cancellationToken)
    {
        if (Find(archive, FactorFileWriter.Settings) is not { } entry)
        {
            return new Dictionary<string, string>();
        }

        return ReadArray(file, entry, array =>
        {
            try
            {
                return JsonSerializer.Deserialize<Dictionary<string, string>>(array.ReadTexts(cancellationToken)[0]) ?? [];
            }
            catch (Exception exception) when (exception is JsonException or IndexOutOfRangeException)
            {
                throw new InvalidDataException("it must be one text, a JSON object of texts", exception);
            }
        });
    }

    private static ZipArchiveEntry? Find(ZipArchive archive, string name) => archive.GetEntry(name + ".npy") ?? archive.GetEntry(name);

    private static ZipArchiveEntry Require(ZipArchive archive, string file, string[] names) =>
        names.Select(name => Find(archive, name)).FirstOrDefault(entry => entry is not null) ?? throw new FactorFileException(
            file,
            $"there is no array {names[0]}. There must be {FactorFileWriter.UserFactors}, {FactorFileWriter.ItemFactors}, "
            + $"{FactorFileWriter.UserIds} and {FactorFileWriter.ItemIds}; there are {string.Join(", ", archive.Entries.Select(entry => Path.GetFileNameWithoutExtension(entry.Name)).Take(20))}.");

    private static T ReadArray<T>(string file, ZipArchiveEntry entry, Func<NpyArray, T> read)
    {
        try
        {
            return NpyArray.Read(entry, read);
        }
        catch (InvalidDataException exception)
        {
            throw new FactorFileException(file, $"the array {Path.GetFileNameWithoutExtension(entry.Name)} can't be used: {exception.Message}.", exception);
        }
    }
}

/// <summary>The factors of a model as <c>.npz</c> holds them, an archive of arrays that numpy reads and writes.</summary>
/// <param name="UserIds">The user of each row of <paramref name="UserFactors"/>.</param>
/// <param name="ItemIds">The track of each row of <paramref name="ItemFactors"/>.</param>
/// <param name="FactorCount">Length of a row.</param>
/// <param name="UserFactors">Row by row.</param>
/// <param name="ItemFactors">Row by row.</param>
/// <param name="Alpha">What a play raises confidence by; null when the file does not say.</param>
/// <param name="Settings">All settings of the training; empty when the file does not come from here.</param>
public sealed record FactorFile(
    string[] UserIds,
    string[] ItemIds,
    int FactorCount,
    float[] UserFactors,
    float[] ItemFactors,
    double? Alpha,
    IReadOnlyDictionary<string, string> Settings);

/// <summary>A file is no factor file that can be used. The message is one line: file, array, what is wrong, what to do.</summary>
public sealed class FactorFileException : Exception
{
    internal FactorFileException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}".ReplaceLineEndings(" "), inner)
    {
    }
}
