using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;
using RecSys.Data;

namespace RecSys.Hosting.Security;

/// <summary>Says which scope a call needs, where its endpoint is mapped. What names none needs <see cref="TokenScopes.Admin"/>.</summary>
public static class Scopes
{
    /// <summary>The policy of what any token opens.</summary>
    private const string Any = "any";

    /// <summary>The type of the claims of a caller that name its scopes.</summary>
    internal const string Claim = "scope";

    /// <summary>Has a route, or all methods of a service, need a scope: <c>app.MapPost(…).RequireScope(TokenScopes.Submit)</c>.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, TokenScopes scope)
        where TBuilder : IEndpointConventionBuilder => endpoints.RequireAuthorization(NameOf(scope));

    /// <summary>
    /// Has some methods of a gRPC service need a scope, by their names:
    /// <c>app.MapGrpcService&lt;T>().RequireScope(TokenScopes.Read, nameof(T.GetModel), …)</c>.
    /// </summary>
    public static GrpcServiceEndpointConventionBuilder RequireScope(
        this GrpcServiceEndpointConventionBuilder service, TokenScopes scope, string method, params string[] others)
    {
        service.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<GrpcMethodMetadata>().Any(grpc => grpc.Method.Name == method || others.Contains(grpc.Method.Name)))
            {
                endpoint.Metadata.Add(new AuthorizeAttribute(NameOf(scope)));
            }
        });
        return service;
    }

    /// <summary>The scope that an endpoint names, such as <c>submit</c>; null when it names none.</summary>
    public static string? ScopeOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy;

    /// <summary>Has an endpoint need a token, whatever its scopes.</summary>
    internal static void RequireAnyToken(this IEndpointConventionBuilder endpoints) => endpoints.RequireAuthorization(Any);

    /// <summary>A scope as it is written in claims, policies and messages.</summary>
    internal static string NameOf(TokenScopes scope) => scope.ToString().ToLowerInvariant();

    /// <summary>The policies that the endpoints name; they let everybody in where no tokens are needed.</summary>
    internal static void AddPolicies(AuthorizationOptions authorization, bool tokensAreNeeded)
    {
        authorization.AddPolicy(Any, policy => Require(policy, caller => caller.User.Identity?.IsAuthenticated == true));
        foreach (var scope in Enum.GetValues<TokenScopes>())
        {
            authorization.AddPolicy(NameOf(scope), policy => Require(
                policy, caller => caller.User.HasClaim(Claim, NameOf(scope)) || caller.User.HasClaim(Claim, NameOf(TokenScopes.Admin))));
        }

        authorization.DefaultPolicy = authorization.FallbackPolicy = authorization.GetPolicy(NameOf(TokenScopes.Admin))!;

        void Require(AuthorizationPolicyBuilder policy, Func<AuthorizationHandlerContext, bool> isMet) =>
            policy.RequireAssertion(caller => !tokensAreNeeded || isMet(caller));
    }
}
