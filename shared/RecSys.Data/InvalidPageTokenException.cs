namespace RecSys.Data;

/// <summary>A page token is none that this list has given out.</summary>
public sealed class InvalidPageTokenException : ArgumentException
{
    internal InvalidPageTokenException(string parameterName)
        : base("This is not a page token of this list. Start again without one.", parameterName)
    {
    }
}
