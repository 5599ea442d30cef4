using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>
/// Answers requests of the protocol that don't come to a route, because of their token, their number or their path, in the protocol's form.
/// </summary>
internal sealed class ListenBrainzProblems(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    /// <inheritdoc/>
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments(ListenBrainzRoutes.Root);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var status = http.Response.StatusCode;

        // Whether a token is valid is a question, not a call that needs one.
        if (http.Request.Path == ListenBrainzRoutes.ValidateToken && status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            http.Response.Headers.WWWAuthenticate = default;
            http.Response.StatusCode = StatusCodes.Status200OK;
            return new ValueTask(ListenBrainzRoutes.InvalidToken().ExecuteAsync(http));
        }

        options.Value.CustomizeProblemDetails?.Invoke(context);
        return new ValueTask(ListenBrainzErrors.Answer(status, context.ProblemDetails.Detail ?? ReasonPhrases.GetReasonPhrase(status)).ExecuteAsync(http));
    }
}
