namespace RecSys.EndToEnd.Tests;

/// <summary>Where things are in the checkout that the tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot();

    /// <summary>Release or Debug, as the tests themselves.</summary>
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string ServiceAssembly(string service) => Path.Combine(
        Root, "services", service, "bin", Configuration, "net10.0", $"RecSys.{char.ToUpperInvariant(service[0])}{service[1..]}.dll");

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
