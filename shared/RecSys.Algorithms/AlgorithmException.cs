namespace RecSys.Algorithms;

/// <summary>The one exception of this library: a named error, and a message that says what to do.</summary>
public sealed class AlgorithmException(AlgorithmError error, string message) : Exception(message)
{
    /// <summary>The name of the error, stable for callers that map it to their own codes.</summary>
    public AlgorithmError Error { get; } = error;
}
