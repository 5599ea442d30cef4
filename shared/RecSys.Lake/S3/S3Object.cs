namespace RecSys.Lake.S3;

/// <summary>An object of a bucket as a listing shows it.</summary>
/// <param name="Key">Its whole key.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="ETag">Changes with its content.</param>
internal readonly record struct S3Object(string Key, long Bytes, string ETag);
