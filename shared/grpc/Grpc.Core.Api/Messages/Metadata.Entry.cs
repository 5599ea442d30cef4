using System.Text;

namespace Grpc.Core;

/// <content>One header or trailer.</content>
public sealed partial class Metadata
{
    /// <summary>A key with a text or, when the key ends in <c>-bin</c>, with bytes.</summary>
    public class Entry
    {
        private readonly string? _text;
        private readonly byte[]? _bytes;

        /// <summary>Makes an entry with a text.</summary>
        /// <exception cref="ArgumentException">The key has other characters than letters, digits, '-', '_' and '.', or ends in <c>-bin</c>.</exception>
        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(value);
            Key = Normalize(key);
            _text = IsBinary ? throw new ArgumentException($"The value of a key that ends in {BinaryHeaderSuffix} is bytes.", nameof(value)) : value;
        }

        /// <summary>Makes an entry with a copy of some bytes.</summary>
        /// <exception cref="ArgumentException">The key has other characters than letters, digits, '-', '_' and '.', or doesn't end in <c>-bin</c>.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            ArgumentNullException.ThrowIfNull(valueBytes);
            Key = Normalize(key);
            _bytes = IsBinary ? [.. valueBytes] : throw new ArgumentException($"The key of a binary value ends in {BinaryHeaderSuffix}.", nameof(key));
        }

        /// <summary>The key, lower-case.</summary>
        public string Key { get; }

        /// <summary>Whether the value is bytes.</summary>
        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        /// <summary>The text; bytes are read as ASCII.</summary>
        public string Value => _text ?? Encoding.ASCII.GetString(_bytes!);

        /// <summary>A copy of the bytes; a text is given as ASCII.</summary>
        public byte[] ValueBytes => _text is null ? [.. _bytes!] : Encoding.ASCII.GetBytes(_text);

        /// <inheritdoc/>
        public override string ToString() => $"[Entry: key={Key}, value={(_text is null ? Convert.ToHexString(_bytes!) : _text)}]";

        private static string Normalize(string key)
        {
            ArgumentException.ThrowIfNullOrEmpty(key);
            return key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                ? key.ToLowerInvariant()
                : throw new ArgumentException($"'{key}' is no metadata key: it may have letters, digits, '-', '_' and '.' only.", nameof(key));
        }
    }
}
