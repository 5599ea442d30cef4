using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RecSys.Analytics.Engine;

namespace RecSys.Analytics.Imports;

/// <summary>A text file of rows and columns, read by the engine; every column is taken as text.</summary>
/// <param name="File">The file.</param>
/// <param name="Delimiter">What separates columns.</param>
/// <param name="Columns">Names to give to all columns of the file, in order.</param>
/// <param name="HasHeader">Whether the first line names the columns.</param>
/// <param name="IsQuoted">Whether values may be in double quotes (CSV).</param>
/// <param name="Encoding"><c>utf-8</c> or <c>latin-1</c>.</param>
internal sealed partial record DelimitedText(
    InputFile File,
    char Delimiter,
    IReadOnlyList<string> Columns,
    bool HasHeader,
    bool IsQuoted = false,
    string Encoding = "utf-8")
{
    // Rows that do not fit go to these tables of the connection, with their line numbers.
    private const string Rejected = "rejected_rows";
    private const string RejectedScans = "rejected_scans";

    // Longer lines than the first the engine reads only when it is told their length; its buffers are to hold two of them.
    private const int EngineLine = 1_900_000;
    private const int EngineMargin = 1024;

    /// <summary>A file whose lines are read whole, as the column <c>line</c>: no text has the delimiter, a control character.</summary>
    public static DelimitedText Lines(InputFile file) => new(file, '\u0001', ["line"], HasHeader: false);

    /// <summary>The first line, without its line break; null when the file has only empty lines.</summary>
    /// <exception cref="LakeInputException">The file can't be read as text.</exception>
    public static string? FirstLine(EngineConnection connection, InputFile file, CancellationToken cancellationToken)
    {
        try
        {
            var line = connection.ReadRows(
                $"SELECT line FROM {Lines(file).Sql(keepsRejected: false, inOrder: true)} LIMIT 1", row => row.TextOrNull(0), cancellationToken).FirstOrDefault();
            return line?.Contains('\0') == true
                ? throw new LakeInputException(file.Path, "has NUL bytes, and is no text", "Give text or Parquet; unpack archives first", line: 1)
                : line;
        }
        catch (EngineException exception)
        {
            throw Unreadable(file, exception);
        }
    }

    /// <summary>
    /// The values of a line of CSV. A value may be in double quotes, which are doubled where they belong to it; inside a value that
    /// doesn't begin with one, a quote is a character like others (<c>Royce Da 5'9"</c>).
    /// </summary>
    public static List<string> SplitQuoted(string line, char delimiter)
    {
        var values = new List<string>();
        var value = new StringBuilder();
        var isQuoted = false;
        var isAtStart = true;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                value.Append(line[i++]);
            }
            else if (line[i] == '"' && (isQuoted || isAtStart))
            {
                isQuoted = !isQuoted;
            }
            else if (line[i] == delimiter && !isQuoted)
            {
                values.Add(value.ToString());
                value.Clear();
                isAtStart = true;
                continue;
            }
            else
            {
                value.Append(line[i]);
            }

            isAtStart = false;
        }

        values.Add(value.ToString());
        return values;
    }

    /// <summary>The error for a file that the engine does not read.</summary>
    public static LakeInputException Unreadable(InputFile file, EngineException exception)
    {
        var message = exception.Message;
        var place = LineInMessage().Match(message);
        long? line = place.Success ? long.Parse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
        if (message.Contains("not utf-8 encoded", StringComparison.Ordinal))
        {
            return NotUtf8(file.Path, line, exception);
        }

        if (message.Contains("state machine reached an invalid state", StringComparison.Ordinal))
        {
            // Only zstd comes here: others are made even before.
            return new LakeInputException(file.Path, "has line breaks of several kinds", "Unpack it with zstd -d: such a file is read where it isn't compressed", line, exception);
        }

        var end = message.IndexOf('\n', StringComparison.Ordinal);
        return new LakeInputException(
            file.Path, $"can't be read: {(end < 0 ? message : message[..end]).TrimEnd('.')}", "Fetch or export the file again", line, exception);
    }

    [GeneratedRegex(@"CSV Error on Line: (\d+)")]
    private static partial Regex LineInMessage();

    /// <summary>The table function that reads the rows.</summary>
    /// <param name="keepsRejected">Whether rows that do not fit are left out and noted; else they are an error.</param>
    /// <param name="inOrder">Whether rows come in the order of lines: one thread reads them.</param>
    public string Sql(bool keepsRejected = true, bool inOrder = false)
    {
        var columns = string.Join(", ", Columns.Select(column => $"{SqlText.Literal(column)}: 'VARCHAR'"));
        var quote = IsQuoted ? "'\"'" : "''";

        // Strict mode refuses a file whose line breaks are of several kinds; without it, values too many in a row go unnoticed.
        return $"read_csv({SqlText.Literal(File.Path)}, compression = '{File.EngineCompression}', delim = {SqlText.Literal(Delimiter.ToString())}, quote = {quote}, escape = {quote}, "
            + $"header = false, skip = {(HasHeader ? 1 : 0)}, encoding = {SqlText.Literal(Encoding)}, auto_detect = false, strict_mode = {(Columns.Count > 1 ? "true" : "false")}, columns = {{{columns}}}"
            + (File.LongestLine < EngineLine ? "" : $", max_line_size = {File.LongestLine + EngineMargin}, buffer_size = {2 * (File.LongestLine + EngineMargin)}")
            + (inOrder ? ", parallel = false" : "")
            + (keepsRejected ? $", store_rejects = true, rejects_table = '{Rejected}', rejects_scan = '{RejectedScans}')" : ")");
    }

    /// <summary>Some of the rows that a finished scan of this file left out, each with its place.</summary>
    public IEnumerable<string> RejectedExamples(EngineConnection connection, int count, CancellationToken cancellationToken) =>
        SqlRows.Texts(
            connection,
            $"SELECT DISTINCT line::BIGINT, csv_line FROM {Rejected} JOIN {RejectedScans} USING (scan_id, file_id) WHERE file_path = ? ORDER BY 1 LIMIT {count}",
            cancellationToken,
            File.Path).Select(row => $"{System.IO.Path.GetFileName(File.Path)}, line {row[0]}: {SqlRows.Short(row[1])}");

    /// <summary>Counts the rows that a finished scan of this file left out.</summary>
    /// <exception cref="LakeInputException">Something is wrong that makes the whole file doubtful.</exception>
    public long CountRejected(EngineConnection connection, CancellationToken cancellationToken)
    {
        const string OfFile = $"{Rejected} JOIN {RejectedScans} USING (scan_id, file_id) WHERE file_path = ?";
        foreach (var (line, error) in connection.ReadRows(
            $"SELECT line::BIGINT, error_type::VARCHAR FROM {OfFile} AND error_type::VARCHAR IN ('INVALID ENCODING', 'UNQUOTED VALUE', 'LINE SIZE OVER MAXIMUM') ORDER BY line LIMIT 1",
            row => (row.GetInt64(0), row.GetString(1)),
            cancellationToken,
            File.Path))
        {
            throw error switch
            {
                "INVALID ENCODING" => NotUtf8(File.Path, line, null),
                "UNQUOTED VALUE" => new LakeInputException(
                    File.Path,
                    "a value begins with a double quote that is not closed",
                    "Close the quote, double it when it belongs to the value, or give the file with tabs, where quotes mean nothing",
                    line),
                _ => new LakeInputException(File.Path, "has a line of more than 2,000,000 bytes", "Unpack it with zstd -d: such a file is read where it isn't compressed", line),
            };
        }

        return connection.QueryLong($"SELECT count(DISTINCT (scan_id, file_id, line)) FROM {OfFile}", cancellationToken, File.Path);
    }

    private static LakeInputException NotUtf8(string file, long? line, Exception? inner) =>
        new(file, "has bytes that are no UTF-8 text", "Convert the file, such as with iconv -f latin1 -t utf-8", line, inner);
}
