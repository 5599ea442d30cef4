using System.Security.Cryptography;
using System.Text.Json;

namespace RecSys.TestKit;

/// <summary>
/// Programs of others in JavaScript that tests talk to, pinned in <c>node/package-lock.json</c>. They are installed by npm once for
/// each content of that folder, below <c>artifacts/</c>, and shared by all test runs.
/// </summary>
public static class NodePackages
{
    private static readonly Lazy<Task<string>> Folder = new(() => InstallAsync(Path.Combine(AppContext.BaseDirectory, "node")));

    /// <summary>The folder that holds <c>node_modules</c> and the scripts of this project.</summary>
    public static Task<string> GetFolderAsync() => Folder.Value;

    /// <summary>Reads a Parquet file with hyparquet.</summary>
    /// <returns><c>{"columns":[{"name","type","logical"}],"rows":[{…}]}</c>; whole numbers of 64 bits are text.</returns>
    public static async Task<JsonElement> ReadParquetAsync(string file)
    {
        var folder = await GetFolderAsync().ConfigureAwait(false);
        var output = await ChildProcess.RunAsync("node", [Path.Combine(folder, "read-parquet.mjs"), file]).ConfigureAwait(false);
        using var json = JsonDocument.Parse(output.Split('\n').First(line => line.StartsWith('{')));
        return json.RootElement.Clone();
    }

    /// <summary>Installs what a folder's <c>package-lock.json</c> says.</summary>
    /// <returns>A copy of the folder's files with <c>node_modules</c> beside them.</returns>
    public static async Task<string> InstallAsync(string sourceFolder)
    {
        var sources = Directory.GetFiles(sourceFolder).Order(StringComparer.Ordinal).ToArray();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var source in sources)
        {
            hash.AppendData(await File.ReadAllBytesAsync(source).ConfigureAwait(false));
        }

        return await PeerFolder.GetAsync(Convert.ToHexStringLower(hash.GetHashAndReset())[..16], async folder =>
        {
            foreach (var source in sources)
            {
                File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
            }

            await ChildProcess.RunAsync("npm", ["ci", "--ignore-scripts", "--loglevel=error"], workingDirectory: folder).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
