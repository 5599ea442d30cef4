namespace RecSys.Algorithms;

/// <summary>The one exception of this library: a named error, and a message that says what to do.</summary>
public sealed class AlgorithmException(AlgorithmError error, string message) : Exception(message)
{
    /// <summary>The name of the error, stable for callers that map it to their own codes.</summary>
    public AlgorithmError Error { get; } = error;
}

/// <summary>What was wrong with an input or a numerical system.</summary>
public enum AlgorithmError
{
    /// <summary>Arrays or matrices that belong together differ in size.</summary>
    MismatchedSizes,

    /// <summary>A row, column, user or item index lies outside its matrix.</summary>
    IndexOutOfRange,

    /// <summary>A weight is not a number.</summary>
    NotANumber,

    /// <summary>A weight, or the sum of duplicate weights, is infinite.</summary>
    InfiniteWeight,

    /// <summary>A weight is below zero where only zero or more makes sense.</summary>
    NegativeWeight,

    /// <summary>There is nothing to learn from: no rows, no columns or no cells.</summary>
    EmptyMatrix,

    /// <summary>A setting lies outside its documented range.</summary>
    InvalidSetting,

    /// <summary>A linear system has no unique solution in the working precision.</summary>
    SingularSystem,

    /// <summary>Factors or scores left the range of numbers during training.</summary>
    Diverged,

    /// <summary>The model was loaded without the data that the call needs.</summary>
    MissingData,

    /// <summary>The input does not fit this algorithm or this machine.</summary>
    TooLarge,

    /// <summary>A stored model is not in a form that this code reads.</summary>
    UnreadableModel,
}
