namespace RecSys.Lake;

/// <summary>What the lake's engine may use. The defaults suit a program that has the machine or the container to itself.</summary>
public sealed record LakeEngineOptions
{
    /// <summary>Worker threads, from 1. Default: the number of processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Memory for the engine's buffers, in bytes; work beyond it is spilled to <see cref="TempFolder"/>. 0, the default,
    /// means half of what the process may use (the container's limit where there is one).
    /// </summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>Where spilled data goes. Null, the default, means a folder of its own under the system's temporary folder.</summary>
    public string? TempFolder { get; init; }

    /// <summary>How segments and imports are compressed. Default: zstd.</summary>
    public LakeCompression Compression { get; init; } = LakeCompression.Zstd;
}
