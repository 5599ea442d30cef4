using System.Text.RegularExpressions;
using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Images;

/// <summary>What a service's Dockerfile makes an image of.</summary>
/// <param name="Service">The service, such as <c>ingest</c>.</param>
/// <param name="Folder">What <c>dotnet publish</c> gave: the image's <c>/app</c>.</param>
/// <param name="Packages">The Debian packages that the Dockerfile installs beside those of its base.</param>
internal sealed partial record ServiceImage(string Service, string Folder, IReadOnlyList<string> Packages)
{
    /// <summary>The program that the image starts.</summary>
    public string Assembly => $"{AssemblyName(Service)}.dll";

    /// <summary>Publishes all services that have a Dockerfile, from the configuration that the tests were built in.</summary>
    public static async Task<IReadOnlyDictionary<string, ServiceImage>> PublishAsync(string output)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        await ChildProcess.RunAsync(
            "dotnet",
            [
                "msbuild", Checkout.PathTo("tests", "RecSys.EndToEnd.Tests", "Images", "publish.proj"), "-nologo", "-verbosity:quiet", "-maxCpuCount:2",
                "-nodeReuse:false", $"-property:PublishFolder={output}/", $"-property:Configuration={configuration}",
            ]);
        return ServiceProcess.Names.ToDictionary(
            service => service,
            service => new ServiceImage(service, Path.Combine(output, AssemblyName(service)), InstalledPackages(service)));
    }

    /// <summary>All files of the image, as paths below its <c>/app</c>.</summary>
    public IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file));

    private static string AssemblyName(string service) => $"RecSys.{char.ToUpperInvariant(service[0])}{service[1..]}";

    private static string[] InstalledPackages(string service) =>
    [
        .. AptInstall().Matches(File.ReadAllText(Checkout.PathTo("services", service, "Dockerfile")))
            .SelectMany(match => match.Groups["words"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(word => !word.StartsWith('-')),
    ];

    [GeneratedRegex("apt-get install(?<words>[^&\n]*)")]
    private static partial Regex AptInstall();
}

/// <summary>The services as their images hold them, published once for all tests of this folder.</summary>
public sealed class ServiceImages : IAsyncLifetime
{
    private readonly TempFolder _folder = new("published");
    private IReadOnlyDictionary<string, ServiceImage> _images = new Dictionary<string, ServiceImage>();

    internal ServiceImage this[string service] => _images[service];

    public async ValueTask InitializeAsync() => _images = await ServiceImage.PublishAsync(_folder.Path);

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
