using System.Runtime.InteropServices;
using System.Text;
using RecSys.Lake.DuckDb;

namespace RecSys.Lake.Exports;

/// <summary>
/// Texts by index, kept as the engine wants them in its vectors: to write the id of an index is to copy 16 bytes. Texts may be
/// added by one thread while others read those that were there when they got their block.
/// </summary>
internal sealed unsafe class TextDictionary : IDisposable
{
    private const int PageBytes = 1 << 20;

    // Ids that are no valid UTF-16 must fail here: replacement characters would make different ids the same.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, int> _indices;
    private readonly List<nint> _pages = [];
    private EngineText[] _texts;
    private int _count;
    private byte* _free;
    private int _freeBytes;

    /// <summary>A dictionary of these texts in their order, which are not looked up.</summary>
    public TextDictionary(IReadOnlyList<string> texts)
    {
        _indices = [];
        _texts = new EngineText[texts.Count];
        foreach (var text in texts)
        {
            Append(text);
        }
    }

    public TextDictionary()
        : this([]) => _indices = new(StringComparer.Ordinal);

    /// <summary>All texts so far, by index. A later addition does not change what was handed out.</summary>
    public ReadOnlySpan<EngineText> Texts => Volatile.Read(ref _texts);

    /// <summary>The index of a text, which is added when it is new.</summary>
    public int IndexOf(string text)
    {
        if (!_indices.TryGetValue(text, out var index))
        {
            index = _count;
            Append(text);
            _indices.Add(text, index);
        }

        return index;
    }

    public void Dispose()
    {
        _pages.ForEach(page => NativeMemory.Free((void*)page));
        _pages.Clear();
    }

    private void Append(string text)
    {
        var needed = StrictUtf8.GetMaxByteCount(text.Length);
        if (needed > _freeBytes)
        {
            _freeBytes = Math.Max(needed, PageBytes);
            _free = (byte*)NativeMemory.Alloc((nuint)_freeBytes);
            _pages.Add((nint)_free);
        }

        var length = StrictUtf8.GetBytes(text, new Span<byte>(_free, _freeBytes));
        if (_count == _texts.Length)
        {
            var larger = new EngineText[Math.Max(1024, 2 * _count)];
            _texts.CopyTo(larger, 0);
            Volatile.Write(ref _texts, larger);
        }

        _texts[_count++] = new EngineText(_free, length);
        _free += length;
        _freeBytes -= length;
    }
}
