using System.Buffers.Binary;
using System.IO.Compression;

namespace RecSys.Analytics.Imports;

/// <summary>
/// Reads compressed files to their true end: the engine and most libraries take a file that was cut short for complete, which
/// would lose rows without a word.
/// </summary>
internal static class CompressedFile
{
    private const int ZstdMagic = unchecked((int)0xFD2FB528);
    private const int ZstdSkippableMagic = 0x184D2A50;

    /// <summary>Opens a file as what it holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="compression"><c>.gz</c>, or empty for a file that is not compressed.</param>
    /// <exception cref="LakeInputException">By the reading: the file is cut short or damaged.</exception>
    public static Stream OpenRead(string path, string compression) =>
        compression.Length == 0 ? File.OpenRead(path) : new WholeGzip(path);

    /// <summary>Checks a zstd file, without unpacking it.</summary>
    /// <exception cref="LakeInputException">The file is cut short or damaged.</exception>
    public static void CheckZstd(string path)
    {
        bool complete;
        try
        {
            complete = IsCompleteZstd(path);
        }
        catch (EndOfStreamException exception)
        {
            throw Damaged(path, "zstd", exception);
        }

        if (!complete)
        {
            throw Damaged(path, "zstd", null);
        }
    }

    private static LakeInputException Damaged(string path, string kind, Exception? inner) =>
        new(path, $"is no complete {kind} file: it was cut short or is damaged", "Fetch or compress it again", inner: inner);

    // RFC 8878: frames of a header, blocks with their sizes, and an optional checksum. Walking over them needs no decompression.
    private static bool IsCompleteZstd(string path)
    {
        using var file = File.OpenRead(path);
        using var reader = new BinaryReader(file);
        var header = new byte[4];
        while (file.Position < file.Length)
        {
            var magic = reader.ReadInt32();
            if ((magic & ~0xF) == ZstdSkippableMagic)
            {
                file.Position += reader.ReadUInt32();
                continue;
            }

            if (magic != ZstdMagic)
            {
                return false;
            }

            var descriptor = reader.ReadByte();
            var singleSegment = (descriptor & 0x20) != 0;
            var dictionaryBytes = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
            var sizeBytes = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
            file.Position += (singleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;

            int block;
            do
            {
                file.ReadExactly(header, 0, 3);
                block = BinaryPrimitives.ReadInt32LittleEndian(header);
                var isRepeatedByte = ((block >> 1) & 3) == 1;
                file.Position += isRepeatedByte ? 1 : block >> 3;
            }
            while ((block & 1) == 0);

            file.Position += (descriptor & 4) != 0 ? 4 : 0;
        }

        return file.Position == file.Length;
    }

    /// <summary>
    /// What a gzip file holds. GZipStream takes a cut for the end. So a small member of our own is put behind the file: its content
    /// comes out last only if everything before it was complete, since gzip allows members in a row. It is not given to the reader.
    /// </summary>
    private sealed class WholeGzip : ReadOnlyStream
    {
        private readonly string _path;
        private readonly byte[] _sentinel = Guid.NewGuid().ToByteArray();
        private readonly GZipStream _gzip;
        private readonly byte[] _buffer = new byte[1 << 17];
        private int _start;
        private int _end;
        private bool _isAtEnd;

        public WholeGzip(string path)
        {
            _path = path;
            _gzip = new GZipStream(new JoinedStream(File.OpenRead(path), new MemoryStream(Gzip(_sentinel))), CompressionMode.Decompress);
        }

        public override int Read(Span<byte> buffer)
        {
            while (_end - _start <= _sentinel.Length && !_isAtEnd)
            {
                Fill();
            }

            // The last bytes may be the sentinel, and wait until it is known.
            var count = Math.Min(_end - _start - (_isAtEnd ? 0 : _sentinel.Length), buffer.Length);
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            _gzip.Dispose();
            base.Dispose(disposing);
        }

        private void Fill()
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            int read;
            try
            {
                read = _gzip.Read(_buffer.AsSpan(_end));
            }
            catch (InvalidDataException exception)
            {
                throw Damaged(_path, "gzip", exception);
            }

            _end += read;
            if (read > 0)
            {
                return;
            }

            if (!_buffer.AsSpan(_start.._end).EndsWith(_sentinel))
            {
                throw Damaged(_path, "gzip", null);
            }

            _isAtEnd = true;
            _end -= _sentinel.Length;
        }

        private static byte[] Gzip(byte[] content)
        {
            var memory = new MemoryStream();
            using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            {
                gzip.Write(content);
            }

            return memory.ToArray();
        }
    }

    /// <summary>Two streams in a row, to be read once.</summary>
    private sealed class JoinedStream(Stream first, Stream second) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = first.Read(buffer);
            return read > 0 ? read : second.Read(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            first.Dispose();
            second.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A stream that is read once from its start to its end.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
