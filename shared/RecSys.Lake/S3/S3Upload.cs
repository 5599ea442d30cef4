namespace RecSys.Lake.S3;

/// <summary>An upload in parts.</summary>
/// <param name="Key">The key that the object gets.</param>
/// <param name="Id">The server's id of the upload.</param>
internal sealed record S3Upload(string Key, string Id)
{
    /// <summary>ETags of the parts so far.</summary>
    public List<string> Parts { get; } = [];
}
