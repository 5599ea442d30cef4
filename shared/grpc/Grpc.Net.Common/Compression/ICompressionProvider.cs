using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>A way of compressing messages.</summary>
public interface ICompressionProvider
{
    /// <summary>Its name in the headers grpc-encoding and grpc-accept-encoding.</summary>
    string EncodingName { get; }

    /// <summary>Compresses what is written to the result into <paramref name="stream"/>, which stays open.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Decompresses <paramref name="stream"/>, which stays open, as the result is read.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
