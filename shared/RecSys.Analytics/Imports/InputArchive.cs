using System.Formats.Tar;
using System.IO.Compression;

namespace RecSys.Analytics.Imports;

/// <summary>A zip or tar archive, which is unpacked whole or refused.</summary>
internal static class InputArchive
{
    private const int TarBlock = 512;

    /// <summary>Whether a file is one that can be unpacked.</summary>
    public static bool IsOne(FileContent content) => content is FileContent.Zip or FileContent.Tar or FileContent.TarGzip;

    /// <summary>Unpacks all files but those that a Mac adds of its own.</summary>
    /// <exception cref="LakeInputException">The archive is cut short or damaged, or holds what is no file.</exception>
    public static void Unpack(string path, FileContent content, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        try
        {
            if (content == FileContent.Zip)
            {
                UnpackZip(path, folder, cancellationToken);
            }
            else
            {
                UnpackTar(path, content, folder, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or ArgumentException)
        {
            throw Refused(path, content, $"can't be unpacked: {exception.Message.TrimEnd('.')}", exception);
        }

        if (!Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any())
        {
            throw Refused(path, content, "holds no file");
        }
    }

    private static void UnpackZip(string path, string folder, CancellationToken cancellationToken)
    {
        using var archive = ZipFile.OpenRead(path);
        foreach (var entry in archive.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.FullName.EndsWith('/') || IsOfMac(entry.FullName))
            {
                continue;
            }

            if (entry.IsEncrypted)
            {
                throw Refused(path, FileContent.Zip, $"is locked with a password ({entry.FullName})");
            }

            var target = Target(path, FileContent.Zip, folder, entry.FullName);
            using var source = entry.Open();
            using var file = File.Create(target);
            var checksum = new Checksum();
            var buffer = new byte[1 << 16];
            int read;
            while ((read = source.Read(buffer)) > 0)
            {
                checksum.Add(buffer.AsSpan(0, read));
                file.Write(buffer.AsSpan(0, read));
            }

            if (file.Length != entry.Length || checksum.Value != entry.Crc32)
            {
                throw Refused(path, FileContent.Zip, $"is damaged ({entry.FullName})");
            }
        }
    }

    private static void UnpackTar(string path, FileContent content, string folder, CancellationToken cancellationToken)
    {
        using var stream = new LastBytes(CompressedFile.OpenRead(path, content == FileContent.TarGzip ? ".gz" : ""));
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.EntryType is TarEntryType.Directory || IsOfMac(entry.Name))
            {
                continue;
            }

            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile))
            {
                throw Refused(path, content, $"holds {entry.Name}, which is no file but a {entry.EntryType}");
            }

            entry.ExtractToFile(Target(path, content, folder, entry.Name), overwrite: false);
        }

        // A tar ends with blocks of zeros: without them it was cut between two files.
        stream.CopyTo(Stream.Null);
        if (!stream.EndsWithZeros)
        {
            throw Refused(path, content, "was cut short: its end is missing");
        }
    }

    private static bool IsOfMac(string name)
    {
        var parts = name.Split('/');
        return parts.Contains("__MACOSX") || parts[^1] == ".DS_Store" || parts[^1].StartsWith("._", StringComparison.Ordinal);
    }

    // The place of a file, which a name such as ../x could put elsewhere.
    private static string Target(string path, FileContent content, string folder, string name)
    {
        var target = Path.GetFullPath(Path.Combine(folder, name));
        if (!target.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) || File.Exists(target))
        {
            throw Refused(path, content, File.Exists(target) ? $"holds {name} twice" : $"holds a file outside of it, {name}");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        return target;
    }

    private static LakeInputException Refused(string path, FileContent content, string problem, Exception? inner = null) =>
        new(path, $"is {FileContents.Name(content)} that {problem}", "Unpack it yourself and name what it held, or fetch it again", inner: inner);

    /// <summary>The CRC-32 of zip: x^32 + x^26 + … + 1 in reversed bits, a byte at a time by a table.</summary>
    private sealed class Checksum
    {
        private const uint Polynomial = 0xEDB88320;

        private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Row)];

        private uint _state = uint.MaxValue;

        public uint Value => ~_state;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            foreach (var value in bytes)
            {
                _state = Table[(byte)(_state ^ value)] ^ (_state >> 8);
            }
        }

        private static uint Row(int value)
        {
            var row = (uint)value;
            for (var bit = 0; bit < 8; bit++)
            {
                row = (row & 1) != 0 ? (row >> 1) ^ Polynomial : row >> 1;
            }

            return row;
        }
    }

    /// <summary>A stream that remembers whether its last block was all zeros.</summary>
    private sealed class LastBytes(Stream inner) : ReadOnlyStream
    {
        private int _zeros;

        public bool EndsWithZeros => _zeros >= TarBlock;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            var last = buffer[..read].LastIndexOfAnyExcept((byte)0);
            _zeros = last < 0 ? Math.Min(_zeros + read, TarBlock) : read - 1 - last;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
