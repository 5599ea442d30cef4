namespace RecSys.Data.Artifacts;

/// <summary>Gives a row of a matrix; may be asked for the same row twice, and is asked in ascending order.</summary>
/// <param name="rowIndex">From 0.</param>
public delegate ReadOnlySpan<float> FloatMatrixRow(int rowIndex);
