using Microsoft.Extensions.Options;
using RecSys.Candidate.Grpc;
using RecSys.Candidate.Models;
using RecSys.Data;
using RecSys.Hosting;
using RecSys.Hosting.ActiveModels;
using RecSys.Hosting.Security;
using RecSys.Hosting.Settings;

namespace RecSys.Candidate;

/// <summary>Retrieves candidates from the active model version, which it holds in memory.</summary>
public static class CandidateModule
{
    /// <summary>Registers the candidate service: its gRPC service and the consumer that hears of new model versions.</summary>
    public static WebApplicationBuilder AddCandidate(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSettings<CandidateOptions>(CandidateOptions.SectionName);
        builder.AddActiveModel<CandidateModel, CandidateModelLoader>(
            "candidate.models", provider => provider.GetRequiredService<IOptions<CandidateOptions>>().Value.ModelPollInterval);
        builder.AddKnownDeletions();
        services.AddSingleton<CandidateRetriever>();
        return builder;
    }

    /// <summary>Maps the candidate service's endpoints.</summary>
    public static WebApplication MapCandidate(this WebApplication app)
    {
        app.MapGrpcService<CandidateGrpcService>().RequireScope(
            TokenScopes.Read, nameof(CandidateGrpcService.GetCandidates), nameof(CandidateGrpcService.GetSimilarTracks));
        return app;
    }
}
