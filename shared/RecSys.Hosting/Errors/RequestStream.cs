using Google.Protobuf;
using Grpc.Core;

namespace RecSys.Hosting.Errors;

/// <summary>The requests of a stream; one that can't be taken is the caller's fault, not the method's that reads it.</summary>
internal sealed class RequestStream<T>(IAsyncStreamReader<T> requests, ErrorTranslator translator) : IAsyncStreamReader<T>
{
    public T Current => requests.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await requests.MoveNext(cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
        {
            throw translator.MessageTooLarge();
        }
        catch (InvalidProtocolBufferException)
        {
            throw ErrorTranslator.MalformedMessage();
        }
    }
}
