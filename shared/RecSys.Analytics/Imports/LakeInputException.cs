using System.Globalization;

namespace RecSys.Analytics.Imports;

/// <summary>An input can't be imported. Nothing of it is in the lake. The message is one line: where, what, and what to do.</summary>
public sealed class LakeInputException : Exception
{
    internal LakeInputException(string file, string problem, string remedy, long? line = null, Exception? inner = null)
        : base(Text(file, problem, remedy, line), inner)
    {
        File = file;
        Line = line;
        Problem = problem;
        Remedy = remedy;
    }

    /// <summary>The file or folder, as it was named by the caller or found in the folder that was.</summary>
    public string File { get; }

    /// <summary>The line, from 1; null when the problem is not in one line.</summary>
    public long? Line { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }

    /// <summary>What to do about it.</summary>
    public string Remedy { get; }

    private static string Text(string file, string problem, string remedy, long? line)
    {
        var place = line is { } number ? string.Create(CultureInfo.InvariantCulture, $"{file}, line {number}") : file;
        return $"{place}: {problem}. {remedy}.".ReplaceLineEndings(" ");
    }
}
