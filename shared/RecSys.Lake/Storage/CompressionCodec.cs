namespace RecSys.Lake.Storage;

/// <summary>The engine's names of codecs.</summary>
internal static class CompressionCodec
{
    public static string Codec(this LakeCompression compression) => compression == LakeCompression.Snappy ? "snappy" : "zstd";
}
