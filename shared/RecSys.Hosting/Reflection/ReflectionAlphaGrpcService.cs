using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using V1Request = Grpc.Reflection.V1.ServerReflectionRequest;

namespace RecSys.Hosting.Reflection;

/// <summary>
/// grpc.reflection.v1alpha, which many tools still ask for. Its messages are those of v1 on the wire, so each is read as
/// the other's.
/// </summary>
internal sealed class ReflectionAlphaGrpcService(ReflectionAnswers answers) : ServerReflection.ServerReflectionBase
{
    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var answer = answers.Answer(V1Request.Parser.ParseFrom(requestStream.Current.ToByteString()));
            await responseStream.WriteAsync(ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString()), context.CancellationToken);
        }
    }
}
