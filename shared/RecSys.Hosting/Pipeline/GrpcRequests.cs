using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Pipeline;

/// <summary>gRPC over HTTP/2 where it has to be answered before, or after, the runtime does.</summary>
internal static class GrpcRequests
{
    public const string StatusHeader = "grpc-status";
    public const string TimeoutHeader = "grpc-timeout";

    private const string MessageHeader = "grpc-message";
    private const string ContentType = "application/grpc";

    public static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Ends a call with an error and no message ("trailers only": the trailers are sent as headers).</summary>
    public static void Refuse(HttpResponse response, RecSysException error)
    {
        Refuse(response, error.Code, error.Message);
        response.Headers[RpcErrors.DetailsTrailer] = Convert.ToBase64String(error.ToStatus().ToByteArray());
    }

    /// <summary>As above, without details.</summary>
    public static void Refuse(HttpResponse response, StatusCode code, string message)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        response.Headers[StatusHeader] = ((int)code).ToString(CultureInfo.InvariantCulture);
        response.Headers[MessageHeader] = PercentEncode(message);
    }

    /// <summary>Printable ASCII but % stays; any other byte of the UTF-8 form becomes %XX (gRPC over HTTP/2, Status-Message).</summary>
    private static string PercentEncode(string message)
    {
        var encoded = new StringBuilder(message.Length);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }
}
