using System.Diagnostics;
using System.Text;
using RecSys.Contracts;

namespace RecSys.Lake.Storage;

/// <summary>
/// Texts of a column as UTF-8. Cleared, its memory serves the next row group, so that rows cost no allocation. Not safe for threads.
/// </summary>
internal sealed class TextBuffer
{
    private const int PageBytes = 1 << 18;

    private readonly List<byte[]> _pages = [];
    private ReadOnlyMemory<byte>[] _texts = [];
    private int _count;
    private int _page = -1;
    private int _used;

    /// <summary>The texts that were added, in order.</summary>
    public ReadOnlyMemory<ReadOnlyMemory<byte>> Texts => _texts.AsMemory(0, _count);

    /// <summary>Keeps a text as UTF-8 without adding it to the column.</summary>
    /// <exception cref="EncoderFallbackException">It has half a surrogate pair.</exception>
    public ReadOnlyMemory<byte> Encode(string text)
    {
        var needed = IdText.StrictUtf8.GetMaxByteCount(text.Length);
        if (_page < 0 || needed > _pages[_page].Length - _used)
        {
            TakePage(needed);
        }

        var page = _pages[_page];
        var length = IdText.StrictUtf8.GetBytes(text, page.AsSpan(_used));
        var encoded = new ReadOnlyMemory<byte>(page, _used, length);
        _used += length;
        return encoded;
    }

    /// <summary>Adds a text.</summary>
    /// <inheritdoc cref="Encode" path="/exception"/>
    public void Add(string text) => Add(Encode(text));

    /// <summary>Adds a text that is UTF-8 already, once or for several rows.</summary>
    public void Add(ReadOnlyMemory<byte> text, int times = 1) => Reserve(times).Fill(text);

    /// <summary>Adds texts by their indices.</summary>
    public void Add(ReadOnlySpan<ReadOnlyMemory<byte>> texts, ReadOnlySpan<int> indices)
    {
        var destination = Reserve(indices.Length);
        for (var i = 0; i < indices.Length; i++)
        {
            destination[i] = texts[indices[i]];
        }
    }

    /// <summary>Removes all texts; what <see cref="Texts"/> and <see cref="Encode"/> gave is no longer valid.</summary>
    public void Clear()
    {
        _count = 0;
        _page = _pages.Count > 0 ? 0 : -1;
        _used = 0;
    }

    private Span<ReadOnlyMemory<byte>> Reserve(int count)
    {
        if (_count + count > _texts.Length)
        {
            Array.Resize(ref _texts, Math.Max(_count + count, Math.Max(1024, 2 * _texts.Length)));
        }

        _count += count;
        return _texts.AsSpan(_count - count, count);
    }

    private void TakePage(int needed)
    {
        _page++;
        _used = 0;
        if (_page == _pages.Count)
        {
            _pages.Add(new byte[Math.Max(needed, PageBytes)]);
        }
        else if (_pages[_page].Length < needed)
        {
            _pages[_page] = new byte[needed];
        }

        Debug.Assert(_pages[_page].Length >= needed, "The page holds the text.");
    }
}
