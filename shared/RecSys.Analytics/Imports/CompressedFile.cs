using System.Buffers.Binary;
using System.IO.Compression;

namespace RecSys.Analytics.Imports;

/// <summary>
/// Finds compressed files that were cut short: the engine reads such a file to its end and takes it for complete, which
/// would lose rows without a word.
/// </summary>
internal static class CompressedFile
{
    private const int ZstdMagic = unchecked((int)0xFD2FB528);
    private const int ZstdSkippableMagic = 0x184D2A50;

    /// <summary>Reads the file to its end.</summary>
    /// <exception cref="LakeInputException">The file is cut short or damaged.</exception>
    public static void Check(InputFile file, CancellationToken cancellationToken)
    {
        bool complete;
        try
        {
            complete = file.Compression switch
            {
                ".gz" => IsCompleteGzip(file.Path, cancellationToken),
                ".zst" => IsCompleteZstd(file.Path),
                _ => true,
            };
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(file, exception);
        }

        if (!complete)
        {
            throw Damaged(file, null);
        }
    }

    private static LakeInputException Damaged(InputFile file, Exception? inner) =>
        new(
            file.Path,
            $"is no complete {file.EngineCompression} file: it was cut short or is damaged",
            "Fetch or compress it again",
            inner: inner);

    // GZipStream takes a cut for the end, too. So a small member of our own is put behind the file: its content comes out
    // last only if everything before it was complete, since gzip allows members in a row.
    private static bool IsCompleteGzip(string path, CancellationToken cancellationToken)
    {
        var sentinel = Guid.NewGuid().ToByteArray();
        using var file = File.OpenRead(path);
        using var joined = new JoinedStream(file, new MemoryStream(Gzip(sentinel)));
        using var gzip = new GZipStream(joined, CompressionMode.Decompress);
        var buffer = new byte[1 << 17];
        var last = new byte[sentinel.Length];
        int read;
        while ((read = gzip.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            KeepLast(last, buffer.AsSpan(0, read));
        }

        return last.AsSpan().SequenceEqual(sentinel);
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

    private static void KeepLast(Span<byte> last, ReadOnlySpan<byte> read)
    {
        if (read.Length >= last.Length)
        {
            read[^last.Length..].CopyTo(last);
            return;
        }

        last[read.Length..].CopyTo(last);
        read.CopyTo(last[^read.Length..]);
    }

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

    /// <summary>Two streams in a row, to be read once.</summary>
    private sealed class JoinedStream(Stream first, Stream second) : Stream
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

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = first.Read(buffer);
            return read > 0 ? read : second.Read(buffer);
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
