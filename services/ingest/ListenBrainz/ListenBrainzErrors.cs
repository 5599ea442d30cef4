using System.Globalization;
using Grpc.Core;
using RecSys.Data;
using RecSys.Hosting.Errors;

namespace RecSys.Ingest.ListenBrainz;

/// <summary>Answers failures in the protocol's form, <c>{"code":400,"error":"…"}</c>.</summary>
internal sealed class ListenBrainzErrors : IEndpointFilter
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (BadHttpRequestException exception)
        {
            return Answer(exception.StatusCode, exception.Message);
        }
        catch (RecSysException exception) when (exception.Code == StatusCode.Unavailable)
        {
            return Unavailable(context.HttpContext, exception);
        }
        catch (DatabaseUnavailableException exception)
        {
            return Unavailable(context.HttpContext, RecSysException.Unavailable(exception));
        }
    }

    /// <summary>An error of a status; the message says what to do.</summary>
    public static IResult Answer(int status, string error) => Results.Json(new { code = status, error }, statusCode: status);

    private static IResult Unavailable(HttpContext context, RecSysException error)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling((error.RetryDelay ?? RetryDelay).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Answer(StatusCodes.Status503ServiceUnavailable, error.Message);
    }
}
