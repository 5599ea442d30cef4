namespace RecSys.TestKit;

/// <summary>Folders below <c>artifacts/</c> with programs of others that tests talk to, made once and shared by all test runs.</summary>
internal static class PeerFolder
{
    /// <summary>The folder of a name.</summary>
    /// <param name="name">Says what is in it: another content has another name.</param>
    /// <param name="fill">Puts the content into an empty folder.</param>
    public static async Task<string> GetAsync(string name, Func<string, Task> fill)
    {
        var final = Checkout.PathTo("artifacts", "test-peers", name);
        if (Directory.Exists(final))
        {
            return final;
        }

        // Runs that fill it at the same time each do so in a folder of their own; the first one gives its folder the name.
        var staged = $"{final}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(staged);
        await fill(staged).ConfigureAwait(false);
        try
        {
            Directory.Move(staged, final);
        }
        catch (IOException) when (Directory.Exists(final))
        {
            Directory.Delete(staged, recursive: true);
        }

        return final;
    }
}
