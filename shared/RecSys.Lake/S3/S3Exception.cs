namespace RecSys.Lake.S3;

/// <summary>A bucket can't be used. The message is one line that names it and says what to do; it never holds a key.</summary>
public sealed class S3Exception : IOException
{
    internal S3Exception(string message, Exception inner)
        : base(message.ReplaceLineEndings(" "), inner)
    {
    }
}
