using System.Text;
using RecSys.Analytics.Imports;
using RecSys.Cli.Output;
using RecSys.Contracts;

namespace RecSys.Cli.Evaluation.Data;

/// <summary>A text file, perhaps gzipped, of lines <c>user item item …</c> separated by spaces or tabs; every item has weight 1.</summary>
internal static class AdjacencyFile
{
    private const int MaxIdLength = 256;

    // Those of the importer: a no-break space belongs to an id.
    private static readonly char[] Separators = [' ', '\t', '\v', '\f', '\r'];

    /// <summary>Adds the file's rows. An item that stands twice with a user counts once; a user may have several lines.</summary>
    /// <exception cref="LakeInputException">The file can't be read.</exception>
    /// <exception cref="UsageException">A line has something that is no id, or there is no interaction.</exception>
    public static async Task ReadAsync(FileInfo file, LogBuilder builder, CancellationToken cancellationToken)
    {
        var before = builder.RowCount;
        var known = new HashSet<(string User, string Item)>();
        var number = 0L;
        try
        {
            using var reader = new StreamReader(LogText.Open(file.ToString()), IdText.StrictUtf8, detectEncodingFromByteOrderMarks: false);
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                var ids = (number == 1 ? line.TrimStart('\uFEFF') : line).Split(Separators, StringSplitOptions.RemoveEmptyEntries);
                foreach (var id in ids)
                {
                    Check(file, number, id);
                }

                foreach (var item in ids.Skip(1))
                {
                    if (known.Add((ids[0], item)))
                    {
                        builder.Add(ids[0], item, 1, 0);
                    }
                }
            }
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"{file}, after line {number}: has bytes that are no UTF-8 text. Convert the file, such as with iconv -f latin1 -t utf-8.");
        }

        if (builder.RowCount == before)
        {
            throw new UsageException($"{file}: {(number == 0 ? "is empty" : $"has no interaction in its {number:N0} lines")}. Each line must be a user and its items: user item item ….");
        }
    }

    private static void Check(FileInfo file, long line, string id)
    {
        if (id.Length > MaxIdLength || id.Any(char.IsControl))
        {
            throw new UsageException($"{file}, line {line}: has an id that is longer than {MaxIdLength} characters or holds control characters. Is this a text file of lines user item item …?");
        }

        if (id.Equals("nan", StringComparison.OrdinalIgnoreCase) || id[0] == '-' && id.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            throw new UsageException($"{file}, line {line}: '{id}' is no id. Users and items must be text or whole numbers of 0 or more; give weights with --format triples.");
        }
    }
}
