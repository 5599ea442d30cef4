using RecSys.TestKit;

namespace RecSys.Analytics.Tests;

/// <summary>Published data sets that may lie in <c>shared/data</c> beside the repository; they are not part of it.</summary>
internal static class RealData
{
    /// <summary>The folder of a data set; null when it isn't there, which the test's output then says.</summary>
    public static string? Find(string name, ITestOutputHelper output)
    {
        if (Checkout.FindShared(Path.Combine("data", name)) is { } folder)
        {
            return folder;
        }

        output.WriteLine($"The data set {name} is not in ../shared/data: only the generated cases were checked.");
        return null;
    }

    /// <summary>A file or folder of <c>shared/cases</c>, small inputs that went wrong elsewhere; null when it isn't there, which the test's output then says.</summary>
    public static string? FindCase(string name, ITestOutputHelper output)
    {
        if (Checkout.FindShared(Path.Combine("cases", name)) is { } path)
        {
            return path;
        }

        output.WriteLine($"The input {name} is not in ../shared/cases: only small cases were checked.");
        return null;
    }
}
