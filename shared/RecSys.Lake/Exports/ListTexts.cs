namespace RecSys.Lake.Exports;

/// <summary>The ids behind the indices of lists. They must outlive the statement that writes them.</summary>
internal sealed class ListTexts(TextDictionary owners, TextDictionary tracks) : IDisposable
{
    public TextDictionary Owners { get; } = owners;

    public TextDictionary Tracks { get; } = tracks;

    /// <summary>Names of sources, several of one track separated by commas.</summary>
    public TextDictionary Sources { get; } = new();

    public void Dispose()
    {
        Owners.Dispose();
        Tracks.Dispose();
        Sources.Dispose();
    }
}
