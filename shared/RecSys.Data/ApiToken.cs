using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RecSys.Data;

/// <summary>
/// The text that a caller shows to be let in: <c>recsys_ID_SECRET</c>. The id is public and names the token in lists; the secret is
/// 256 random bits, of which only a hash is kept. Printing it gives the public part.
/// </summary>
public sealed class ApiToken
{
    /// <summary>What every token of the database begins with, so that people and scanners recognise one.</summary>
    public const string Prefix = "recsys_";

    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    private readonly string _secret;

    private ApiToken(string tokenId, string secret) => (TokenId, _secret) = (tokenId, secret);

    /// <summary>The public part: 12 hexadecimal digits.</summary>
    public string TokenId { get; }

    /// <summary>The whole text, with the secret.</summary>
    public string Reveal() => $"{Prefix}{TokenId}_{_secret}";

    /// <summary>
    /// SHA-256 of the whole text, which is what the database keeps. A secret of 256 random bits can't be guessed from its hash, so that
    /// nothing slower is needed.
    /// </summary>
    public byte[] Hash() => Hash(Reveal());

    /// <summary>SHA-256 of any text that a caller shows.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>A new one.</summary>
    public static ApiToken Create() =>
        new(RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Reads what a caller shows.</summary>
    /// <returns>False when the text isn't written like a token of the database.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out ApiToken? token)
    {
        var secretAt = Prefix.Length + (2 * IdBytes) + 1;
        token = text.Length > secretAt && text.StartsWith(Prefix, StringComparison.Ordinal) && text[secretAt - 1] == '_'
            ? new ApiToken(text[Prefix.Length..(secretAt - 1)], text[secretAt..])
            : null;
        return token is not null;
    }

    /// <summary>The public part: a token never gets into a log by mistake.</summary>
    public override string ToString() => $"{Prefix}{TokenId}_…";
}

/// <summary>What a token lets its holder do. Admin includes the other two.</summary>
[Flags]
public enum TokenScopes
{
    /// <summary>Send listens and catalogue entries.</summary>
    Submit = 1,

    /// <summary>Ask for recommendations, histories and model versions.</summary>
    Read = 2,

    /// <summary>Train, activate, roll back and delete, and all that the others may.</summary>
    Admin = 4,
}
