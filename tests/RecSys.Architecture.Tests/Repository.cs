using System.Diagnostics;
using System.Xml.Linq;
using RecSys.TestKit;

namespace RecSys.Architecture.Tests;

/// <summary>What is in the checkout.</summary>
internal static class Repository
{
    public static readonly string[] Services = ["ingest", "trainer", "candidate", "ranker", "serving"];

    public static string PathTo(params string[] parts) => Checkout.PathTo(parts);

    /// <summary>Source files below a folder, without what builds and package managers leave there.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(PathTo(folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    public static IEnumerable<string> Projects() => new[] { "shared", "services", "tests" }.SelectMany(folder => Files(folder, "*.csproj"));

    public static XDocument Xml(string path) => XDocument.Load(path);

    /// <summary>The project files that a project refers to, in full.</summary>
    public static IEnumerable<string> ReferencesOf(string project) =>
        Xml(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)));

    public static string Relative(string path) => Path.GetRelativePath(Checkout.Root, path).Replace('\\', '/');

    /// <summary>Runs a program and gives back its standard output; fails with all that it said when it fails.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}{await error}");
    }
}
