using Grpc.Core;
using Grpc.Reflection.V1;

namespace RecSys.Hosting.Reflection;

/// <summary>grpc.reflection.v1: lets grpcurl and the like find and call every mapped service without its protos.</summary>
internal sealed class ReflectionGrpcService(ReflectionAnswers answers) : ServerReflection.ServerReflectionBase
{
    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(answers.Answer(requestStream.Current), context.CancellationToken);
        }
    }
}
