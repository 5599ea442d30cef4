namespace RecSys.Cli.Tests.Reports;

/// <summary>What a browser made of a file.</summary>
/// <param name="Requests">What it asked the network for.</param>
/// <param name="Messages">What it wrote to its console.</param>
/// <param name="Title">The page's title.</param>
/// <param name="Text">All text that can be read.</param>
/// <param name="Background">Colour of the page.</param>
/// <param name="Pictures">Number of pictures that are shown.</param>
/// <param name="Elements">Number of elements.</param>
/// <param name="Faults">What is wrong with the layout, one sentence each.</param>
internal sealed record PageView(
    IReadOnlyList<string> Requests,
    IReadOnlyList<string> Messages,
    string Title,
    string Text,
    string Background,
    int Pictures,
    int Elements,
    IReadOnlyList<string> Faults);
