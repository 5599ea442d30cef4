namespace RecSys.Lake;

/// <summary>A file of listens.</summary>
/// <param name="Path">Where it is within the lake's folder.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="WrittenAt">When it was written, UTC.</param>
public sealed record LakeFile(string Path, long Length, DateTime WrittenAt);
