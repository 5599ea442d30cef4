namespace RecSys.Hosting.Security;

/// <summary>
/// Metadata of a route whose callers may write their token into the address, because a protocol of others says so:
/// <c>app.MapGet(…).WithMetadata(new TokenInAddress("token"))</c>. A token in the header goes before it.
/// </summary>
/// <param name="Parameter">The parameter of the query.</param>
public sealed record TokenInAddress(string Parameter)
{
    /// <summary>The token in a request's address; null where there is none, or the route takes none there.</summary>
    public static string? Of(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<TokenInAddress>() is { } route && context.Request.Query[route.Parameter].ToString() is { Length: > 0 } token
            ? token
            : null;
}
