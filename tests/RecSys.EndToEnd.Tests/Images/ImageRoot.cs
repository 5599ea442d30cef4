using RecSys.TestKit;

namespace RecSys.EndToEnd.Tests.Images;

/// <summary>
/// A root folder with what an image holds and nothing else: the .NET runtime, the libraries of its base image's packages, those of the
/// packages that its Dockerfile installs, and the published service in <c>/app</c>. A process in it sees no other file.
/// </summary>
internal sealed class ImageRoot : IDisposable
{
    // Of mcr.microsoft.com/dotnet/aspnet, as Debian or Ubuntu names them; its ICU stays out, the services are invariant.
    private static readonly string[][] BasePackages = [["libc6"], ["libgcc-s1"], ["libstdc++6"], ["libssl3", "libssl3t64"], ["zlib1g"]];

    // The mounts are seen by nobody else. The service is an ordinary user and can write to /tmp and the lake only, as in docker-compose.yml.
    private const string Enter =
        """
        root=$1 lake=$2 user=$3; shift 3
        chmod 755 "$root" && chmod 777 "$lake" &&
          mount --bind "$root" "$root" && mount --rbind /proc "$root/proc" && mount --rbind /dev "$root/dev" &&
          mount --bind "$lake" "$root/lake" && mount -t tmpfs tmpfs "$root/tmp" && mount -o remount,bind,ro "$root" || exit 111
        exec chroot ${user:+--userspec="$user"} "$root" "$@"
        """;

    private readonly TempFolder _folder = new("image");
    private readonly string _assembly;

    public ImageRoot(ServiceImage image)
    {
        _assembly = $"/app/{image.Assembly}";
        foreach (var folder in new[] { "usr/lib", "usr/lib64", "etc", "proc", "dev", "tmp", "lake" })
        {
            _folder.CreateFolder(folder);
        }

        File.CreateSymbolicLink(_folder.File("lib"), "usr/lib");
        File.CreateSymbolicLink(_folder.File("lib64"), "usr/lib64");
        File.WriteAllText(_folder.File("etc/passwd"), "app:x:1654:1654::/tmp:/bin/false\n");
        File.WriteAllText(_folder.File("etc/hosts"), "127.0.0.1 localhost\n");
        foreach (var names in BasePackages.Concat(image.Packages.Select(package => new[] { package })))
        {
            CopyLibraries(names);
        }

        CopyRuntime();
        CopyTree(image.Folder, "app");
    }

    /// <summary>Starts the service as the image's entry point does.</summary>
    /// <param name="environment">All that it finds in its environment, beside what the base image sets.</param>
    /// <param name="lake">The folder that is mounted as <c>/lake</c>; the only one that it may write to.</param>
    /// <exception cref="InvalidOperationException">This machine lets nobody change the root folder.</exception>
    public ChildProcess Start(IEnumerable<KeyValuePair<string, string?>> environment, string lake) => ChildProcess.Start(
        "unshare",
        [
            "--mount", .. Environment.IsPrivilegedProcess ? Array.Empty<string>() : ["--map-root-user"], "sh", "-c", Enter, "sh", _folder.Path, lake,
            Environment.IsPrivilegedProcess ? "1654:1654" : "", "/usr/bin/dotnet", _assembly,
        ],
        [
            new("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), new("DOTNET_RUNNING_IN_CONTAINER", "true"),
            new("ASPNETCORE_HTTP_PORTS", "8080"), .. environment,
        ],
        workingDirectory: "/",
        clearEnvironment: true);

    public void Dispose() => _folder.Dispose();

    /// <summary>The shared libraries of the package, of whichever name this system has it under.</summary>
    private void CopyLibraries(string[] names)
    {
        var list = names.SelectMany(name => Directory.EnumerateFiles("/var/lib/dpkg/info", $"{name}*.list"))
            .FirstOrDefault(file => names.Contains(Path.GetFileNameWithoutExtension(file).Split(':')[0]))
            ?? throw new InvalidOperationException($"{names[0]} is not installed. Install it with: apt-get install -y --no-install-recommends {names[0]}");
        foreach (var file in File.ReadLines(list).Where(line => line.Contains(".so", StringComparison.Ordinal) && File.Exists(line)))
        {
            Copy(file, file.TrimStart('/'));
        }
    }

    private void CopyRuntime()
    {
        var runtime = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        var dotnet = runtime.Parent!.Parent!.Parent!.FullName;
        var web = Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location)!;
        Copy(Path.Combine(dotnet, "dotnet"), "usr/share/dotnet/dotnet");
        Directory.CreateDirectory(_folder.File("usr/bin"));
        File.CreateSymbolicLink(_folder.File("usr/bin/dotnet"), "../share/dotnet/dotnet");
        foreach (var part in new[] { Path.Combine(dotnet, "host", "fxr", runtime.Name), runtime.FullName, web })
        {
            CopyTree(part, Path.Combine("usr/share/dotnet", Path.GetRelativePath(dotnet, part)));
        }
    }

    private void CopyTree(string folder, string to)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            Copy(file, Path.Combine(to, Path.GetRelativePath(folder, file)));
        }
    }

    private void Copy(string file, string to)
    {
        var target = _folder.File(to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (File.ResolveLinkTarget(file, returnFinalTarget: false) is not null && new FileInfo(file).LinkTarget is { } link)
        {
            File.CreateSymbolicLink(target, link);
        }
        else
        {
            File.Copy(file, target);
        }
    }
}
