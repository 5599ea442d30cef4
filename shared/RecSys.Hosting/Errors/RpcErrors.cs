using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;

namespace RecSys.Hosting.Errors;

/// <summary>Errors on the wire: google.rpc.Status in the trailer <c>grpc-status-details-bin</c>.</summary>
public static class RpcErrors
{
    /// <summary>
    /// Bytes of violations that are sent; HTTP/2 peers commonly refuse more than 8 KiB of trailers, and base64 adds a
    /// third. The message counts those that didn't fit.
    /// </summary>
    private const int MaxViolationBytes = 4 << 10;

    /// <summary>A status code as the gRPC specification spells it: <c>INVALID_ARGUMENT</c>.</summary>
    public static string Name(this StatusCode code) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());

    /// <summary>The error as google.rpc.Status with ErrorInfo, and BadRequest and RetryInfo where they apply.</summary>
    public static RpcStatus ToStatus(this RecSysException error)
    {
        var info = new ErrorInfo { Reason = error.Reason, Domain = RecSysException.Domain };
        var status = new RpcStatus { Code = (int)error.Code, Message = error.Message, Details = { Any.Pack(info) } };
        if (error.Violations.Count > 0)
        {
            var bytes = 0;
            var sent = error.Violations
                .Select(violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description })
                .TakeWhile((violation, place) => (bytes += violation.CalculateSize()) <= MaxViolationBytes || place == 0)
                .ToArray();
            if (sent.Length < error.Violations.Count)
            {
                info.Metadata["violations_left_out"] = (error.Violations.Count - sent.Length).ToString(CultureInfo.InvariantCulture);
                status.Details[0] = Any.Pack(info);
            }

            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { sent } }));
        }

        if (error.RetryDelay is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return status;
    }

    /// <summary>The error as the gRPC runtime sends it.</summary>
    public static RpcException ToRpcException(this RecSysException error) => error.ToStatus().ToRpcException();

    /// <summary>The error that a service of this system gave a failed call; null for any other failure.</summary>
    public static RecSysException? ReadError(this RpcException exception) =>
        exception.Trailers.GetRpcStatus(ignoreParseError: true) is { } status
        && status.GetDetail<ErrorInfo>() is { Domain: RecSysException.Domain } info
            ? new(exception.StatusCode, info.Reason, status.Message)
            {
                Violations = [.. (status.GetDetail<BadRequest>()?.FieldViolations ?? []).Select(bad => new FieldViolation(bad.Field, bad.Description))],
                RetryDelay = status.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
            }
            : null;
}
