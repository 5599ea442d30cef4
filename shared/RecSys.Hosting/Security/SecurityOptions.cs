using System.ComponentModel.DataAnnotations;

namespace RecSys.Hosting.Security;

/// <summary>When a caller has to show a token.</summary>
public enum TokenUse
{
    /// <summary>When an address that the process listens on can be reached from other machines.</summary>
    Auto,

    /// <summary>Always.</summary>
    Required,

    /// <summary>Never; only where every address is a loopback address.</summary>
    Off,
}

/// <summary>Section <c>Security</c>: who may call this process (docs/security.md).</summary>
public sealed class SecurityOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Security";

    private const int ShortestSecret = 32;
    private const int LongestSecret = 1_000;

    /// <summary>When callers need a token; default <see cref="TokenUse.Auto"/>.</summary>
    public TokenUse Tokens { get; init; } = TokenUse.Auto;

    /// <summary>
    /// What the services of one system show each other: 32 to 1,000 visible ASCII characters, the same in all of them. Default: none, and a
    /// process knows only its own calls to itself.
    /// </summary>
    [DataType(DataType.Password)]
    public string ServiceToken { get; init; } = "";

    /// <summary>A file whose only line is the <see cref="ServiceToken"/>, instead of it.</summary>
    public string ServiceTokenFile { get; init; } = "";

    /// <summary>A token with scope admin that is in no database, written as <see cref="ServiceToken"/>: the first one of a new system. Default: none.</summary>
    [DataType(DataType.Password)]
    public string AdminToken { get; init; } = "";

    /// <summary>A file whose only line is the <see cref="AdminToken"/>, instead of it.</summary>
    public string AdminTokenFile { get; init; } = "";

    /// <summary>
    /// How often the tokens of the database are read, from 1 second to 5 minutes; default 5 seconds. A token that was revoked is taken
    /// for so long at most.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "It must be from 00:00:01 to 00:05:00 (hours:minutes:seconds).")]
    public TimeSpan TokenRefresh { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Calls that one token may make a second on one process, twice as many at once after a pause; 0 (no limit) to 1,000,000, default 1,000.
    /// A stream is one call. The service token has no limit.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "It must be from 0 (no limit) to 1000000.")]
    public int CallsPerSecond { get; init; } = 1_000;

    /// <summary>The service token, from wherever it is configured; null when it isn't.</summary>
    internal string? ReadServiceToken() => ServiceToken.Length > 0 ? ServiceToken : ReadFile(ServiceTokenFile);

    /// <summary>The admin token, from wherever it is configured; null when it isn't.</summary>
    internal string? ReadAdminToken() => AdminToken.Length > 0 ? AdminToken : ReadFile(AdminTokenFile);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, string Token, string File)[] configured =
            [(nameof(ServiceToken), ServiceToken, ServiceTokenFile), (nameof(AdminToken), AdminToken, AdminTokenFile)];
        foreach (var (name, token, file) in configured)
        {
            if (token.Length > 0 && file.Length > 0)
            {
                yield return new($"Section Security has both {name} and {name}File. Keep one of them.");
            }
            else if (token.Length > 0 && !IsSecret(token))
            {
                yield return new($"It must be {ShortestSecret} to {LongestSecret} visible ASCII characters. Make one with 'openssl rand -hex 32'.", [name]);
            }
            else if (file.Length > 0 && Obstacle(file) is { } obstacle)
            {
                yield return new(obstacle, [$"{name}File"]);
            }
        }
    }

    private static string? Obstacle(string path)
    {
        try
        {
            return IsSecret(ReadFile(path)!)
                ? null
                : $"The file must hold {ShortestSecret} to {LongestSecret} visible ASCII characters and nothing else. Make it with 'openssl rand -hex 32 > {path}'.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The file can't be read: {exception.Message}";
        }
    }

    private static string? ReadFile(string path) => path.Length > 0 ? File.ReadAllText(path).Trim() : null;

    private static bool IsSecret(string text) => text.Length is >= ShortestSecret and <= LongestSecret && text.All(letter => letter is > ' ' and <= '~');
}
