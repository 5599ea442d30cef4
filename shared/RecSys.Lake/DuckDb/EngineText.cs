using System.Runtime.InteropServices;

namespace RecSys.Lake.DuckDb;

/// <summary>
/// A VARCHAR as it lies in a vector, 16 bytes: the length, then up to 12 bytes of UTF-8 in place (the rest zero), or 4 bytes of
/// prefix and the address of all.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct EngineText
{
    private const int InlinedBytes = 12;

    private readonly uint _length;
    private readonly uint _prefix;
    private readonly ulong _rest;

    /// <param name="utf8">The text's bytes, at an address that stays good for as long as the value is used.</param>
    /// <param name="length">How many.</param>
    public EngineText(byte* utf8, int length)
    {
        _length = (uint)length;
        var place = stackalloc byte[InlinedBytes];
        new Span<byte>(place, InlinedBytes).Clear();
        new ReadOnlySpan<byte>(utf8, length <= InlinedBytes ? length : sizeof(uint)).CopyTo(new Span<byte>(place, InlinedBytes));
        _prefix = *(uint*)place;
        _rest = length <= InlinedBytes ? *(ulong*)(place + sizeof(uint)) : (ulong)utf8;
    }
}
