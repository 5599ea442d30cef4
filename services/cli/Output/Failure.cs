using Grpc.Core;
using RecSys.Algorithms;
using RecSys.Analytics.Imports;
using RecSys.Data.Artifacts;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Settings;
using RecSys.Lake.Exports;

namespace RecSys.Cli.Output;

/// <summary>Turns what went wrong into one line on standard error and an exit code.</summary>
internal static class Failure
{
    public const int BadCall = 2;
    public const int Other = 1;

    public static int Report(Exception exception)
    {
        var (code, line) = Describe(exception);
        Console.Error.WriteLine("recsys: " + line.ReplaceLineEndings(" "));
        return code;
    }

    private static (int Code, string Line) Describe(Exception exception) => exception switch
    {
        OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } => (Other, "stopped"),
        UsageException or LakeInputException or ExportException or FactorFileException or InvalidSettingsException or AlgorithmException => (BadCall, exception.Message),
        RpcException rpc => DescribeRpc(rpc),
        AggregateException { InnerExceptions.Count: 1 } aggregate => Describe(aggregate.InnerExceptions[0]),
        LakeWriteException or IOException or UnauthorizedAccessException => (Other, exception.Message),
        _ => (Other, $"{exception.Message} ({exception.GetType().Name})"),
    };

    private static (int Code, string Line) DescribeRpc(RpcException exception)
    {
        var fields = string.Join("; ", (exception.ReadError()?.Violations ?? []).Select(violation => $"{violation.Field}: {violation.Description}"));
        return exception.StatusCode switch
        {
            StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.FailedPrecondition =>
                (BadCall, fields.Length > 0 ? fields : exception.Status.Detail),
            StatusCode.Unauthenticated => (BadCall, $"{exception.Status.Detail} Give it with --token-file FILE, RECSYS_TOKEN or --token."),
            StatusCode.PermissionDenied => (BadCall, exception.Status.Detail),

            // The system answered: what is away is behind it, and its message says what to do.
            StatusCode.Unavailable when exception.ReadError() is { } behind => (Other, behind.Message),
            StatusCode.Unavailable => (Other, $"the system cannot be reached: {Cause(exception).TrimEnd('.')}. Start it with 'recsys up', or name it with --server."),
            _ => (Other, exception.Status.Detail.Length > 0 ? exception.Status.Detail : exception.StatusCode.Name()),
        };
    }

    // Where no connection came about, the innermost exception has the address and the reason.
    private static string Cause(RpcException exception) =>
        exception.Status.DebugException?.GetBaseException() is System.Net.Sockets.SocketException socket ? socket.Message : exception.Status.Detail;
}

/// <summary>The call or its input is wrong: one line that says what to do, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
