using System.Text;

namespace RecSys.TestKit;

/// <summary>
/// Inputs that are nearly right: valid ones with bits flipped, parts cut, doubled and mixed, and numbers and texts in them that programs stumble
/// over. The same seed makes the same inputs.
/// </summary>
/// <param name="valid">Inputs as they should be, to start from.</param>
/// <param name="seed">Where to begin.</param>
public sealed class HostileInputs(IReadOnlyList<byte[]> valid, int seed = HostileInputs.Seed)
{
    /// <summary>The seed of the tests.</summary>
    public const int Seed = 20_260_301;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "-1", "0", "1e999", "1e-999", "-0.0", "NaN", "Infinity", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
            "0.5", "0.0000001", "1500000000.5", "253402300799", "253402300800", "-62135596801", "1500000000000", "86400000", "2026-02-30", "1_000", "٣٤", "0x10",
            "null", "true", "[]", "{}", "\"\"", "\"", "'", "\\", "\\u0000", "\\ud800", "\\udc00\\ud800", "\\uFFFD", "\\x", "\uFEFF", "\uFFFF", "\u0085", "\u2028",
            "\n", "\r", "\r\n", "\t", ",", ";", "|", " ", "\u00A0", "\0", "\u001b[31m", "../", "%00", "👨‍👩‍👧", "e\u0301", "İ", "ß", "listens", "user_id", "\"listened_at\":",
        }.Select(Encoding.UTF8.GetBytes),
        Encoding.UTF8.GetBytes(new string('x', 300)), Encoding.UTF8.GetBytes(new string('é', 1_500)), Encoding.UTF8.GetBytes(new string('[', 100)),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0xEF, 0xBB, 0xBF], [0xFF, 0xFE],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x08], [0x0A, 0xFF, 0xFF, 0xFF, 0x7F], [0x00], [0x1F, 0x8B], [0x50, 0x4B, 0x03, 0x04],
    ];

    private readonly Random _random = new(seed);

    /// <summary>So many inputs, each with its number.</summary>
    public IEnumerable<(int Number, byte[] Input)> Take(int count) => Enumerable.Range(0, count).Select(number => (number, Next()));

    /// <summary>What a failed test says of its input, so that it can be made a test of its own.</summary>
    public static string Describe(int number, byte[] input) => $"input {number} of seed {Seed}: {Convert.ToBase64String(input)} {Encoding.Latin1.GetString(input)}";

    /// <summary>Another word that programs stumble over.</summary>
    public byte[] NextWord() => Words[_random.Next(Words.Length)];

    private byte[] Next()
    {
        var input = Any();
        do
        {
            input = Spoil(input);
        }
        while (_random.Next(3) == 0);

        return input;
    }

    private byte[] Any() => valid[_random.Next(valid.Count)];

    private byte[] Spoil(byte[] input)
    {
        var (start, end) = Range(input.Length);
        var (before, part, after) = (input[..start], input[start..end], input[end..]);
        switch (_random.Next(8))
        {
            case 0 when input.Length > 0:
                input = [.. input];
                input[_random.Next(input.Length)] ^= (byte)(1 << _random.Next(8));
                return input;
            case 1:
                return before;
            case 2:
                return [.. before, .. after];
            case 3:
                return [.. before, .. part, .. part, .. after];
            case 4:
                var other = Any();
                return [.. before, .. other[_random.Next(other.Length)..]];
            case 5:
                return [.. before, .. NextWord(), .. after];
            default:
                // A number or word in the place of another one, or of its end.
                var (first, last) = WordAt(input, start);
                return [.. input[..(_random.Next(2) == 0 ? first : start)], .. NextWord(), .. input[last..]];
        }
    }

    private (int Start, int End) Range(int length)
    {
        var start = _random.Next(length + 1);
        return (start, Math.Min(length, start + _random.Next(1, 17)));
    }

    private static (int First, int Last) WordAt(byte[] input, int at)
    {
        var (first, last) = (at, at);
        while (first > 0 && char.IsAsciiLetterOrDigit((char)input[first - 1]))
        {
            first--;
        }

        while (last < input.Length && char.IsAsciiLetterOrDigit((char)input[last]))
        {
            last++;
        }

        return (first, last);
    }
}
