using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace RecSys.Algorithms.Experiments;

/// <summary>
/// Which arm of an experiment a user is in: murmur3(user, seed = murmur3(experiment)) mod arms. Needs no stored state, and
/// users are divided anew and independently for every experiment.
/// </summary>
public static class ArmAssignment
{
    /// <summary>The arm, 0 for the control C, 1 for T1 and so on, with equal shares.</summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="user">The user's id as text.</param>
    /// <param name="armCount">Number of arms with the control; at least 1.</param>
    /// <exception cref="AlgorithmException">There is no arm.</exception>
    public static int ArmOf(string experiment, string user, int armCount)
    {
        if (armCount < 1)
        {
            throw new AlgorithmException(AlgorithmError.InvalidSetting, $"An experiment with {armCount} arms can't take users; give it 1 or more.");
        }

        return (int)(MurmurHash3.Hash32(user, MurmurHash3.Hash32(experiment)) % (uint)armCount);
    }

    /// <summary>The usual name of an arm: C, T1, T2, ….</summary>
    public static string NameOf(int arm) => arm == 0 ? "C" : $"T{arm}";
}

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
