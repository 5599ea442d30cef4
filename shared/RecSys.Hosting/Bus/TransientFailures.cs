using System.Data.Common;
using System.Net.Sockets;
using Grpc.Core;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Bus;

/// <summary>Tells a store or service that is away for now from a message that can't be consumed at all.</summary>
internal static class TransientFailures
{
    /// <summary>
    /// Classes of SQLSTATE in which the same statement may succeed later: connection (08), rollback (40), resources (53),
    /// object in use (55), operator (57: shutting down, starting up, timeout), system (58).
    /// </summary>
    private static readonly HashSet<string> SqlStateClasses = new(["08", "40", "53", "55", "57", "58"], StringComparer.Ordinal);

    /// <summary>Whether the exception or anything that it wraps is a failure that goes away by itself.</summary>
    public static bool IsTransient(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AggregateException several)
            {
                return several.InnerExceptions.Any(IsTransient);
            }

            var isTransient = exception switch
            {
                RecSysException failure => IsTransient(failure.Code),
                RpcException failure => IsTransient(failure.StatusCode),
                DbException failure => failure.IsTransient || (failure.SqlState is { Length: 5 } state && SqlStateClasses.Contains(state[..2])),
                IOException or SocketException or TimeoutException or HttpRequestException => true,
                UnauthorizedAccessException or OperationCanceledException or MessageGivenBackException => true,
                _ => false,
            };
            if (isTransient)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsTransient(StatusCode code) =>
        code is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted or StatusCode.Cancelled;
}
