using Grpc.Core;
using Grpc.Net.Client;
using RecSys.Contracts.Serving.V1;
using RecSys.Contracts.Trainer.V1;

namespace RecSys.EndToEnd.Tests;

/// <summary>The services as processes of their own let in who shows a token, and each other.</summary>
public sealed class TokenTests(DistributedSystem system)
{
    [Fact]
    public async Task No_service_answers_without_a_token()
    {
        foreach (var name in ServiceProcess.Names)
        {
            using var channel = GrpcChannel.ForAddress(system[name].GrpcAddress);
            var method = new Method<byte[], byte[]>(MethodType.Unary, MethodOf(name).Service, MethodOf(name).Name, Bytes, Bytes);

            var error = await Should.ThrowAsync<RpcException>(async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, []));

            error.StatusCode.ShouldBe(StatusCode.Unauthenticated, name);
        }
    }

    [Fact]
    public async Task No_process_writes_a_token_down_that_it_is_shown()
    {
        // That serving's own calls to the services behind it are let through is shown by every whole answer of the main path.
        await system.Trainer.ListModelsAsync(new ListModelsRequest());
        await system.Serving.GetHistoryAsync(new GetHistoryRequest { UserId = "token-user" });

        system["serving"].Output.ShouldNotContain("Unauthenticated");
        ServiceProcess.Names.ShouldAllBe(name => !system[name].Output.Contains(DistributedSystem.Token));
    }

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    private static (string Service, string Name) MethodOf(string service) => service switch
    {
        "ingest" => ("recsys.ingest.v1.IngestService", "PutTracks"),
        "trainer" => ("recsys.trainer.v1.TrainerService", "ListModels"),
        "candidate" => ("recsys.candidate.v1.CandidateService", "GetCandidates"),
        "ranker" => ("recsys.ranker.v1.RankerService", "Rank"),
        _ => ("recsys.serving.v1.ServingService", "Popular"),
    };
}
