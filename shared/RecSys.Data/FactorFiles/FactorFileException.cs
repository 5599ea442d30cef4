namespace RecSys.Data.FactorFiles;

/// <summary>A file is no factor file that can be used. The message is one line: file, array, what is wrong, what to do.</summary>
public sealed class FactorFileException : Exception
{
    internal FactorFileException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}".ReplaceLineEndings(" "), inner)
    {
    }
}
