using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Mvc;
using RecSys.Data;
using RecSys.Hosting.Security;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// The part of ListenBrainz's protocol that players and scrobblers speak, so that one of them needs nothing but this address and a
/// token (docs/listenbrainz.md).
/// </summary>
internal static class ListenBrainzRoutes
{
    /// <summary>Where all of it is.</summary>
    public const string Root = "/1";

    /// <summary>Says whether a token is valid.</summary>
    public const string ValidateToken = $"{Root}{ValidateTokenRoute}";

    private const string ValidateTokenRoute = "/validate-token";
    private const string Policy = "listenbrainz";

    /// <summary>Registers what the routes need.</summary>
    public static void AddListenBrainz(this IServiceCollection services)
    {
        services.AddSingleton<RequestWindows>();
        services.AddSingleton<UserListens>();
        services.AddSingleton<PlayingNow>();

        // The first one that can write does.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ListenBrainzProblems>());
        services.AddCors(cors => cors.AddPolicy(Policy, AllowWebPlayers));
    }

    /// <summary>Maps the routes.</summary>
    public static void MapListenBrainz(this WebApplication app)
    {
        app.UseCors();

        // The windows as the one object that they are: of a filter's type there would be one for each request.
        var routes = app.MapGroup(Root).RequireCors(Policy)
            .AddEndpointFilter<ListenBrainzErrors>()
            .AddEndpointFilter(app.Services.GetRequiredService<RequestWindows>());
        routes.MapPost("/submit-listens", SubmitListens.AnswerAsync)
            .WithMetadata(new RequestSizeLimitAttribute(ListenPayload.MaxBytes))
            .RequireScope(TokenScopes.Submit);
        routes.MapGet(ValidateTokenRoute, (HttpContext context) => ListenBrainzUser.Find(context) is { } user
            ? Results.Json(new { code = 200, message = "Token valid.", valid = true, user_name = user })
            : InvalidToken())
            .WithMetadata(new TokenInAddress("token"))
            .RequireScope(TokenScopes.Submit);
        routes.MapGet("/user/{name}/listens", (string name, [FromServices] UserListens listens, HttpContext context) => listens.GetAsync(name, context))
            .RequireScope(TokenScopes.Read);
        routes.MapGet("/user/{name}/listen-count", (string name, [FromServices] UserListens listens, CancellationToken cancellationToken) =>
            listens.CountAsync(name, cancellationToken)).RequireScope(TokenScopes.Read);
        routes.MapGet("/user/{name}/playing-now", PlayingNow.Answer).RequireScope(TokenScopes.Read);
    }

    /// <summary>The answer to who asks about a token that opens nothing.</summary>
    public static IResult InvalidToken() => Results.Json(new { code = 200, message = "Token invalid.", valid = false });

    // Players in browsers come from any origin; what counts is the token, which no browser adds by itself.
    private static void AllowWebPlayers(CorsPolicyBuilder policy) => policy
        .AllowAnyOrigin()
        .WithMethods("GET", "POST")
        .WithHeaders("Authorization", "Content-Type")
        .WithExposedHeaders([.. RequestWindows.Headers, "Retry-After"]);
}
