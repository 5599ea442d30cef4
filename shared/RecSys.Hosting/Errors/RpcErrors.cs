using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;

namespace RecSys.Hosting.Errors;

/// <summary>Errors on the wire: google.rpc.Status in the trailer <c>grpc-status-details-bin</c>.</summary>
public static class RpcErrors
{
    /// <summary>The trailer that carries a serialized google.rpc.Status.</summary>
    public const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>
    /// Bytes of violations that are sent; HTTP/2 peers commonly refuse more than 8 KiB of trailers, and base64 adds a
    /// third. The message counts those that didn't fit.
    /// </summary>
    private const int MaxViolationBytes = 4 << 10;

    /// <summary>The error as google.rpc.Status with ErrorInfo, and BadRequest and RetryInfo where they apply.</summary>
    public static RpcStatus ToStatus(this RecSysException exception)
    {
        var status = new RpcStatus { Code = (int)exception.Code, Message = exception.Message };
        var info = new ErrorInfo { Reason = exception.Reason, Domain = RecSysException.Domain };
        if (exception.Violations.Count > 0)
        {
            var badRequest = ToBadRequest(exception.Violations);
            var left = exception.Violations.Count - badRequest.FieldViolations.Count;
            if (left > 0)
            {
                info.Metadata["violations_left_out"] = left.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            status.Details.Add(Any.Pack(info));
            status.Details.Add(Any.Pack(badRequest));
        }
        else
        {
            status.Details.Add(Any.Pack(info));
        }

        if (exception.RetryDelay is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return status;
    }

    /// <summary>The error as the gRPC runtime sends it.</summary>
    public static RpcException ToRpcException(this RecSysException exception) => new(
        new Grpc.Core.Status(exception.Code, exception.Message, exception),
        new Metadata { { DetailsTrailer, exception.ToStatus().ToByteArray() } });

    /// <summary>The google.rpc.Status that came with a failed call; null when there was none that can be read.</summary>
    public static RpcStatus? ReadStatus(this RpcException exception)
    {
        var bytes = exception.Trailers.GetValueBytes(DetailsTrailer);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return RpcStatus.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The detail of one kind, such as <see cref="BadRequest"/>; null when the status has none.</summary>
    public static TDetail? Detail<TDetail>(this RpcStatus status)
        where TDetail : class, IMessage<TDetail>, new()
    {
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<TDetail>(out var unpacked))
            {
                return unpacked;
            }
        }

        return null;
    }

    /// <summary>The error that a service of this system gave a failed call; null for any other failure.</summary>
    public static RecSysException? ReadError(this RpcException exception)
    {
        if (exception.ReadStatus() is not { } status || status.Detail<ErrorInfo>() is not { Domain: RecSysException.Domain } info)
        {
            return null;
        }

        var violations = status.Detail<BadRequest>()?.FieldViolations.Select(violation => new FieldViolation(violation.Field, violation.Description));
        return RecSysException.Received(
            exception.StatusCode, info.Reason, status.Message, [.. violations ?? []], status.Detail<RetryInfo>()?.RetryDelay?.ToTimeSpan());
    }

    private static BadRequest ToBadRequest(IReadOnlyList<FieldViolation> violations)
    {
        var badRequest = new BadRequest();
        var bytes = 0;
        foreach (var violation in violations)
        {
            var entry = new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description };
            bytes += entry.CalculateSize();
            if (bytes > MaxViolationBytes && badRequest.FieldViolations.Count > 0)
            {
                break;
            }

            badRequest.FieldViolations.Add(entry);
        }

        return badRequest;
    }
}
