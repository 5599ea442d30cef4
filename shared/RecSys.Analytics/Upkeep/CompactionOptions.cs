namespace RecSys.Analytics.Upkeep;

/// <summary>Which segments are merged.</summary>
public sealed record CompactionOptions
{
    /// <summary>Only dates with at least this many segments to merge, from 2. Default: 2.</summary>
    public int MinSegments { get; init; } = 2;

    /// <summary>Segments of this size in bytes or more are left as they are, from 1. Default: 256 MiB.</summary>
    public long MaxSegmentBytes { get; init; } = 256L << 20;
}
