using System.Net.Http.Headers;
using System.Security.Claims;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Security;

/// <summary>
/// Reads the token of a request, <c>Authorization: Bearer TOKEN</c> or, as ListenBrainz's clients write it, <c>Authorization: Token TOKEN</c>,
/// and answers requests that may not be made.
/// </summary>
internal sealed class TokenAuthentication(KnownTokens tokens, SecurityMode mode) : IAuthenticationHandler
{
    /// <summary>The scheme's name.</summary>
    public const string Scheme = "Token";

    private HttpContext _context = null!;
    private Task<AuthenticateResult>? _result;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync() => _result ??= ReadAsync();

    public async Task ChallengeAsync(AuthenticationProperties? properties) =>
        await GrpcRequests.RefuseAsync(_context, (await AuthenticateAsync()).Failure as RecSysException ?? new(
            StatusCode.Unauthenticated, "TOKEN_MISSING", "This call needs an API token. Send it as 'authorization: Bearer TOKEN'; 'recsys tokens create' makes one."));

    public Task ForbidAsync(AuthenticationProperties? properties)
    {
        var scope = (_context.GetEndpoint() is { } endpoint ? Scopes.ScopeOf(endpoint) : null) ?? Scopes.NameOf(Data.TokenScopes.Admin);
        return GrpcRequests.RefuseAsync(_context, new(
            StatusCode.PermissionDenied,
            "SCOPE_MISSING",
            $"This call needs a token with scope {scope}; that of '{_context.User.FindFirstValue(ClaimTypes.Name)}' lacks it. 'recsys tokens create NAME --scope {scope}' makes one."));
    }

    private async Task<AuthenticateResult> ReadAsync()
    {
        if (!mode.TokensAreNeeded || (TokenInHeader() ?? TokenInAddress.Of(_context)) is not { } token)
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            return AuthenticateResult.Success(new(await tokens.FindAsync(token, _context.RequestAborted), Scheme));
        }
        catch (RecSysException exception)
        {
            return AuthenticateResult.Fail(exception);
        }
    }

    // Several headers make no valid value together.
    private string? TokenInHeader() =>
        AuthenticationHeaderValue.TryParse(_context.Request.Headers.Authorization, out var header)
            && (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || header.Scheme.Equals("Token", StringComparison.OrdinalIgnoreCase))
            && header.Parameter is { Length: > 0 } token
                ? token
                : null;
}
