using System.IO.Compression;

namespace RecSys.Analytics.Imports;

/// <summary>What a file holds by its first bytes, whatever its name says.</summary>
internal enum FileContent
{
    /// <summary>Text, or something unknown.</summary>
    Other,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>Zstandard.</summary>
    Zstd,

    /// <summary>A zip archive.</summary>
    Zip,

    /// <summary>A tar archive.</summary>
    Tar,

    /// <summary>A tar archive inside gzip.</summary>
    TarGzip,

    /// <summary>Parquet.</summary>
    Parquet,

    /// <summary>Text in UTF-16.</summary>
    Utf16,

    /// <summary>bzip2.</summary>
    Bzip2,

    /// <summary>xz.</summary>
    Xz,

    /// <summary>A 7z archive.</summary>
    SevenZip,

    /// <summary>A rar archive.</summary>
    Rar,

    /// <summary>lz4.</summary>
    Lz4,
}

/// <summary>Tells contents apart.</summary>
internal static class FileContents
{
    private const int TarBlock = 512;
    private const int TarChecksumAt = 148;
    private const int TarChecksumLength = 8;

    /// <summary>Looks at a file, and into gzip.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static FileContent Of(string path)
    {
        using var stream = File.OpenRead(path);
        var content = Of(FirstBytes(stream));
        if (content != FileContent.Gzip)
        {
            return content;
        }

        stream.Position = 0;
        try
        {
            using var gzip = new GZipStream(stream, CompressionMode.Decompress);
            return Of(FirstBytes(gzip)) switch
            {
                FileContent.Other or FileContent.Parquet => FileContent.Gzip,
                FileContent.Tar => FileContent.TarGzip,
                var inner => inner,
            };
        }
        catch (InvalidDataException)
        {
            // Whoever reads the file whole says what is wrong with it.
            return FileContent.Gzip;
        }
    }

    /// <summary>What a person calls it, with its article.</summary>
    public static string Name(FileContent content) => content switch
    {
        FileContent.Gzip => "a gzip file",
        FileContent.Zstd => "a zstd file",
        FileContent.Zip => "a zip archive",
        FileContent.Tar => "a tar archive",
        FileContent.TarGzip => "a tar archive inside gzip",
        FileContent.Parquet => "a Parquet file",
        FileContent.Utf16 => "text in UTF-16",
        FileContent.Bzip2 => "a bzip2 file",
        FileContent.Xz => "an xz file",
        FileContent.SevenZip => "a 7z archive",
        FileContent.Rar => "a rar archive",
        FileContent.Lz4 => "an lz4 file",
        _ => "text",
    };

    private static byte[] FirstBytes(Stream stream)
    {
        var bytes = new byte[TarBlock];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static FileContent Of(ReadOnlySpan<byte> start) => start switch
    {
        [0x1F, 0x8B, ..] => FileContent.Gzip,
        [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => FileContent.Zstd,
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] or [(byte)'P', (byte)'K', 7, 8, ..] => FileContent.Zip,
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => FileContent.Parquet,
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => FileContent.Bzip2,
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => FileContent.Xz,
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => FileContent.SevenZip,
        [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7, ..] => FileContent.Rar,
        [4, 0x22, 0x4D, 0x18, ..] => FileContent.Lz4,
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => FileContent.Utf16,
        _ => IsTar(start) ? FileContent.Tar : FileContent.Other,
    };

    // The header of a tar's first file has the sum of its own bytes, in octal, its own place counted as spaces. Old ones have nothing else.
    private static bool IsTar(ReadOnlySpan<byte> start)
    {
        if (start.Length < TarBlock)
        {
            return false;
        }

        var sum = (int)' ' * TarChecksumLength;
        for (var i = 0; i < TarBlock; i++)
        {
            sum += i is >= TarChecksumAt and < TarChecksumAt + TarChecksumLength ? 0 : start[i];
        }

        var digits = start.Slice(TarChecksumAt, TarChecksumLength).Trim([(byte)' ', (byte)0]);
        var stated = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            stated = (stated << 3) + (digit - '0');
        }

        return digits.Length > 0 && stated == sum;
    }
}
