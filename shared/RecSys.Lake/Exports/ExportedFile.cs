namespace RecSys.Lake.Exports;

/// <summary>One file of an export.</summary>
/// <param name="Name">Its name, without a folder.</param>
/// <param name="Rows">Rows of a table, lines of text, or rows of both factor matrices.</param>
/// <param name="Bytes">Its size.</param>
public sealed record ExportedFile(string Name, long Rows, long Bytes);
