namespace RecSys.TestKit;

/// <summary>Says what to install when a test needs a program that is not there.</summary>
public static class InstalledPackage
{
    /// <exception cref="InvalidOperationException">The file is not there; the message is the command that installs it.</exception>
    public static void RequireFile(string path, string package)
    {
        if (!File.Exists(path))
        {
            throw Missing(path, package);
        }
    }

    /// <summary>The first of the files that match, newest version first.</summary>
    internal static string FindNewest(string folder, string relativePath, string package) =>
        (Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
            .OrderByDescending(version => double.TryParse(Path.GetFileName(version), out var number) ? number : 0)
            .Select(version => Path.Combine(version, relativePath))
            .FirstOrDefault(File.Exists) ?? throw Missing(Path.Combine(folder, "*", relativePath), package);

    private static InvalidOperationException Missing(string path, string package) =>
        new($"{path} is not there. Install it with: apt-get install -y --no-install-recommends {package}");
}
