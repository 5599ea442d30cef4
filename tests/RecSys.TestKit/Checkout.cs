namespace RecSys.TestKit;

/// <summary>The checkout that the tests were built from, and what may lie beside it.</summary>
public static class Checkout
{
    /// <summary>The folder of RecSys.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of something in the checkout.</summary>
    public static string PathTo(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>
    /// A file or folder below <c>../shared</c>, such as <c>data/botify</c> or <c>golden/hetrec.json</c>: published data sets and
    /// values that others computed. They are no part of the repository.
    /// </summary>
    /// <returns>Null when it is not there; tests say so, and check small cases of their own.</returns>
    public static string? FindShared(string relativePath)
    {
        // A linked work tree lies deeper than a clone.
        for (var folder = Path.GetDirectoryName(Root); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var path = Path.Combine(folder, "shared", relativePath);
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RecSys.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests must run inside a checkout of the repository.");
        }

        return folder.FullName;
    }
}
