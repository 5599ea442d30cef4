namespace RecSys.Lake.Tests;

/// <summary>Published data sets that may lie in <c>shared/data</c> beside the repository; they are not part of it.</summary>
internal static class RealData
{
    /// <summary>The folder of a data set; null when it isn't there, which the test's output then says.</summary>
    public static string? Find(string name, ITestOutputHelper output)
    {
        // A linked work tree lies one level deeper than a clone.
        foreach (var parent in (string[])["..", "../.."])
        {
            var folder = Path.GetFullPath(Path.Combine(Repository.Root, parent, "shared", "data", name));
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        output.WriteLine($"The data set {name} is not in ../shared/data: only the generated cases were checked.");
        return null;
    }
}
