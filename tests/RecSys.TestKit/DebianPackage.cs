namespace RecSys.TestKit;

/// <summary>Programs of others from Debian's packages, downloaded and unpacked below <c>artifacts/</c> without being installed.</summary>
public static class DebianPackage
{
    /// <summary>The folder with a package's files, such as <c>usr/lib/…</c>.</summary>
    /// <exception cref="InvalidOperationException">It can't be downloaded; the message has what apt-get said.</exception>
    public static Task<string> UnpackAsync(string package) => PeerFolder.GetAsync($"debian-{package}", async folder =>
    {
        try
        {
            await DownloadAsync(package, folder).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // A machine that has never asked for the lists of packages.
            await ChildProcess.RunAsync("apt-get", ["-qq", "update"]).ConfigureAwait(false);
            await DownloadAsync(package, folder).ConfigureAwait(false);
        }

        var archive = Directory.GetFiles(folder, "*.deb").Single();
        await ChildProcess.RunAsync("dpkg-deb", ["-x", archive, folder]).ConfigureAwait(false);
        File.Delete(archive);
    });

    private static Task DownloadAsync(string package, string folder) => ChildProcess.RunAsync("apt-get", ["-qq", "download", package], workingDirectory: folder);
}
