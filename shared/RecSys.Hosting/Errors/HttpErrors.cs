using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics;

namespace RecSys.Hosting.Errors;

/// <summary>
/// Answers a failed HTTP request as application/problem+json (RFC 9457), with the same code, reason and fields that the gRPC
/// twin would give.
/// </summary>
internal sealed class HttpErrors(IProblemDetailsService problems, ErrorTranslator translator) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var error = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => translator.MessageTooLarge(),
            BadHttpRequestException bad => RecSysException.InvalidArgument("body", bad.Message),
            _ => translator.Translate(exception, $"{context.Request.Method} {context.Request.Path}"),
        };
        context.Response.StatusCode = (exception as BadHttpRequestException)?.StatusCode ?? StatusOf(error.Code);
        if (error.Code == StatusCode.Unauthenticated)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error.RetryDelay is { } delay)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return await problems.TryWriteAsync(new() { HttpContext = context, Exception = error });
    }

    /// <summary>Adds the error to a problem; without one it is a bare status, as routing and the reading of bodies give it.</summary>
    public static void Describe(ProblemDetailsContext context)
    {
        var error = context.Exception as RecSysException ?? context.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => RecSysException.NotFound("PATH_UNKNOWN", $"There is nothing at {context.HttpContext.Request.Path} here."),
            StatusCodes.Status413PayloadTooLarge => context.HttpContext.RequestServices.GetRequiredService<ErrorTranslator>().MessageTooLarge(),
            _ => null,
        };
        if (error is not null)
        {
            context.ProblemDetails.Detail = error.Message;
            context.ProblemDetails.Extensions["code"] = error.Code.Name();
            context.ProblemDetails.Extensions["reason"] = error.Reason;
            context.ProblemDetails.Extensions["violations"] = error.Violations;
        }
    }

    /// <summary>The mapping that google.rpc.Code documents.</summary>
    private static int StatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
