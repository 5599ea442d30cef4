using RecSys.Contracts;
using RecSys.Hosting.Security;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// Whose listens a request is about. Where tokens are checked, the user is the name of the token; where they aren't, as on loopback
/// without tokens, it is the token's own text: a player that is given the token <c>ann</c> submits for the user ann.
/// </summary>
internal static class ListenBrainzUser
{
    private static readonly string[] Schemes = ["Token ", "Bearer "];

    /// <summary>The user; null without a token, or with one that names no user.</summary>
    public static string? Find(HttpContext context)
    {
        var user = context.User.Identity is { IsAuthenticated: true, Name: { } name } ? name : TokenOf(context);
        return user is not null && IdText.ProblemOfId(user) is null ? user : null;
    }

    /// <summary>The token as it came; null without one.</summary>
    public static string? TokenOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var scheme = Schemes.FirstOrDefault(scheme => header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
        return scheme is not null && header[scheme.Length..].Trim() is { Length: > 0 } token ? token : TokenInAddress.Of(context);
    }
}
