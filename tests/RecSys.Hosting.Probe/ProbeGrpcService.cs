using Grpc.Core;
using RecSys.Hosting.Probe.V1;

namespace RecSys.Hosting.Probe;

/// <summary>Does what the test registered under the name of the behaviour.</summary>
internal sealed class ProbeGrpcService(ProbeBehaviours behaviours) : ProbeService.ProbeServiceBase
{
    public override Task<ProbeResponse> Unary(ProbeRequest request, ServerCallContext context) =>
        behaviours.RunAsync(request, context);

    public override async Task<ProbeResponse> Collect(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        long bytes = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            bytes += request.Payload.Length;
            if (request.Behaviour.Length > 0)
            {
                await behaviours.RunAsync(request, context);
            }
        }

        return new ProbeResponse { Number = bytes };
    }

    public override async Task Count(ProbeRequest request, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Number; i++)
        {
            await responseStream.WriteAsync(new ProbeResponse { Number = i }, context.CancellationToken);
        }

        if (request.Behaviour.Length > 0)
        {
            await behaviours.RunAsync(request, context);
        }
    }

    public override async Task Chat(
        IAsyncStreamReader<ProbeRequest> requestStream, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(await behaviours.RunAsync(request, context), context.CancellationToken);
        }
    }
}
