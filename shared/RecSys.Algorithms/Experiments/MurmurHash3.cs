using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace RecSys.Algorithms.Experiments;

/// <summary>MurmurHash3, the 32-bit variant for x86 (Appleby 2011).</summary>
public static class MurmurHash3
{
    private const uint First = 0xcc9e2d51;
    private const uint Second = 0x1b873593;

    /// <summary>The hash of a text's UTF-8 bytes.</summary>
    public static uint Hash32(string text, uint seed = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Hash32(Encoding.UTF8.GetBytes(text), seed);
    }

    /// <summary>The hash of bytes.</summary>
    public static uint Hash32(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        var hash = seed;
        var rest = bytes;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
        {
            hash ^= Scramble(BinaryPrimitives.ReadUInt32LittleEndian(rest));
            hash = (BitOperations.RotateLeft(hash, 13) * 5) + 0xe6546b64;
        }

        if (!rest.IsEmpty)
        {
            uint tail = 0;
            for (var i = rest.Length - 1; i >= 0; i--)
            {
                tail = (tail << 8) | rest[i];
            }

            hash ^= Scramble(tail);
        }

        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }

    private static uint Scramble(uint block) => BitOperations.RotateLeft(block * First, 15) * Second;
}
