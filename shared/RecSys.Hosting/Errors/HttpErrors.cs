using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace RecSys.Hosting.Errors;

/// <summary>
/// Answers a failed HTTP request as application/problem+json (RFC 9457), with the same code, reason and fields that the
/// gRPC twin would give.
/// </summary>
internal sealed class HttpErrors(RequestDelegate next, ErrorTranslator translator)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);

            await DescribeAsync(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to hear it.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            var error = exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? translator.MessageTooLarge()
                : RecSysException.InvalidArgument("body", exception.Message);
            await WriteAsync(context, error, exception.StatusCode);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var error = translator.Translate(exception, $"{context.Request.Method} {context.Request.Path}");
            await WriteAsync(context, error, HttpStatus(error.Code));
        }
    }

    /// <summary>Answers that routing and the reading of bodies give as a bare status.</summary>
    private async Task DescribeAsync(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentType is not null)
        {
            return;
        }

        switch (context.Response.StatusCode)
        {
            case StatusCodes.Status413PayloadTooLarge:
                await WriteAsync(context, translator.MessageTooLarge(), StatusCodes.Status413PayloadTooLarge);
                break;
            case StatusCodes.Status404NotFound when context.GetEndpoint() is null:
                await WriteAsync(
                    context,
                    RecSysException.NotFound("PATH_UNKNOWN", $"There is nothing at {context.Request.Path} here."),
                    StatusCodes.Status404NotFound);
                break;
        }
    }

    private static Task WriteAsync(HttpContext context, RecSysException error, int status)
    {
        context.Response.StatusCode = status;
        if (error.RetryDelay is { } delay)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(delay.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return Results.Problem(
            detail: error.Message,
            statusCode: status,
            extensions: new Dictionary<string, object?>
            {
                ["code"] = error.Code.ToString(),
                ["reason"] = error.Reason,
                ["violations"] = error.Violations.Select(violation => new { field = violation.Field, description = violation.Description }),
            }).ExecuteAsync(context);
    }

    /// <summary>The mapping that google.rpc.Code documents.</summary>
    private static int HttpStatus(StatusCode code) => code switch
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
