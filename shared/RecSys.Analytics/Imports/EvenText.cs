using System.Globalization;

namespace RecSys.Analytics.Imports;

/// <summary>
/// Makes a text file one that the engine reads as it was meant. To the engine each carriage return ends a line, two kinds of line
/// breaks in a file are an error, and a line is too long above 2,000,000 bytes. Files with such things are found by reading them once;
/// those whose line breaks differ are copied.
/// </summary>
internal static class EvenText
{
    private const int BufferSize = 1 << 17;
    private const long MaxLine = 256 << 20;

    // Stands for a carriage return inside a value: a control character as well, which names lose and ids may not have.
    private const byte InValue = 0x0B;

    /// <summary>Reads a file to its end, and copies it where its line breaks differ.</summary>
    /// <param name="file">Text; a zstd file is checked only for its completeness.</param>
    /// <param name="newCopy">Gives the path of a copy.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The file, or the copy of it, with the length of its longest line.</returns>
    /// <exception cref="LakeInputException">The file is cut short or damaged, or a line is longer than all memory.</exception>
    public static InputFile Of(InputFile file, Func<string> newCopy, CancellationToken cancellationToken)
    {
        if (file.Compression == ".zst")
        {
            CompressedFile.CheckZstd(file.Path);
            return file;
        }

        var shape = Scan(file, cancellationToken);
        if (shape.LongestLine > MaxLine)
        {
            throw new LakeInputException(
                file.Path, string.Create(CultureInfo.InvariantCulture, $"has a line of {shape.LongestLine:N0} bytes, and {MaxLine:N0} are the most"), "Divide the line", shape.LongestAt);
        }

        if (shape.IsEven)
        {
            return file.WithLongestLine(shape.LongestLine);
        }

        var copy = newCopy();
        Copy(file, copy, shape.HasLineFeeds, cancellationToken);
        return file.CopiedTo(copy).WithLongestLine(shape.LongestLine);
    }

    private static Shape Scan(InputFile file, CancellationToken cancellationToken)
    {
        using var stream = CompressedFile.OpenRead(file.Path, file.Compression);
        var buffer = new byte[BufferSize];
        var shape = new Shape();
        int read;
        while ((read = stream.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            shape.Add(buffer.AsSpan(0, read));
        }

        shape.End();
        return shape;
    }

    private static void Copy(InputFile file, string copy, bool hasLineFeeds, CancellationToken cancellationToken)
    {
        using var source = CompressedFile.OpenRead(file.Path, file.Compression);
        using var target = File.Create(copy);
        var buffer = new byte[BufferSize];
        var even = new byte[BufferSize + 1];
        var isAfterReturn = false;
        int read;
        while ((read = source.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = 0;
            foreach (var value in buffer.AsSpan(0, read))
            {
                if (isAfterReturn && value != (byte)'\n')
                {
                    even[length++] = hasLineFeeds ? InValue : (byte)'\n';
                }

                isAfterReturn = value == (byte)'\r';
                if (!isAfterReturn)
                {
                    even[length++] = value;
                }
            }

            target.Write(even.AsSpan(0, length));
        }
    }

    /// <summary>What line breaks a text has.</summary>
    private sealed class Shape
    {
        private long _line;
        private long _number = 1;
        private bool _isAfterReturn;
        private bool _hasPairs;
        private bool _hasReturns;

        public bool HasLineFeeds => HasBareLineFeeds || _hasPairs;

        public bool IsEven => !_hasReturns && !(HasBareLineFeeds && _hasPairs);

        public long LongestLine { get; private set; }

        public long LongestAt { get; private set; }

        private bool HasBareLineFeeds { get; set; }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (_isAfterReturn)
                {
                    _isAfterReturn = false;
                    if (bytes[0] == (byte)'\n')
                    {
                        _hasPairs = true;
                        EndLine();
                        bytes = bytes[1..];
                        continue;
                    }

                    _hasReturns = true;
                    _line++;
                }

                var at = bytes.IndexOfAny((byte)'\n', (byte)'\r');
                if (at < 0)
                {
                    _line += bytes.Length;
                    return;
                }

                _line += at;
                if (bytes[at] == (byte)'\r')
                {
                    _isAfterReturn = true;
                }
                else
                {
                    HasBareLineFeeds = true;
                    EndLine();
                }

                bytes = bytes[(at + 1)..];
            }
        }

        // The last line may have no break. A carriage return at the very end of lines with line feeds is the rest of a pair.
        public void End()
        {
            _hasReturns |= _isAfterReturn;
            EndLine();
        }

        private void EndLine()
        {
            if (_line > LongestLine)
            {
                (LongestLine, LongestAt) = (_line, _number);
            }

            (_line, _number) = (0, _number + 1);
        }
    }
}
