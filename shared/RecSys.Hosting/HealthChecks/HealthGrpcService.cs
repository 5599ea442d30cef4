using Grpc.Core;
using Grpc.Health.V1;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Reflection;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace RecSys.Hosting.HealthChecks;

/// <summary>
/// grpc.health.v1.Health for the whole process (the empty name) and for each mapped service; they become ready together.
/// </summary>
internal sealed class HealthGrpcService(ServingState state, MappedServices services) : Health.HealthBase
{
    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        var status = Status(request.Service);
        return status == ServingStatus.ServiceUnknown
            ? throw RecSysException.NotFound("SERVICE_UNKNOWN", $"There is no service '{request.Service}' here. Reflection lists those that are.")
            : Task.FromResult(new HealthCheckResponse { Status = status });
    }

    /// <inheritdoc/>
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        ServingStatus? sent = null;
        while (true)
        {
            var isStopping = state.IsStopping;
            var isServing = state.IsServing;
            var status = Status(request.Service);
            if (status != sent)
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
                sent = status;
            }

            if (isStopping)
            {
                return; // an open stream would hold up the shutdown
            }

            await state.WaitForChangeAsync(isServing, context.CancellationToken);
        }
    }

    private ServingStatus Status(string service)
    {
        if (service.Length > 0 && !services.ByName.ContainsKey(service))
        {
            return ServingStatus.ServiceUnknown;
        }

        return state.IsServing ? ServingStatus.Serving : ServingStatus.NotServing;
    }
}
