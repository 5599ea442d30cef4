namespace RecSys.Lake;

/// <summary>The codec of Parquet pages.</summary>
public enum LakeCompression
{
    /// <summary>Smaller files; what readers of the last years understand.</summary>
    Zstd,

    /// <summary>A little faster to write; every Parquet reader understands it.</summary>
    Snappy,
}
