using System.Collections.Concurrent;
using Grpc.Core;
using RecSys.Hosting.Probe.V1;

namespace RecSys.Hosting.Probe;

/// <summary>What the probe service does, by name.</summary>
internal sealed class ProbeBehaviours
{
    private readonly ConcurrentDictionary<string, Func<ProbeRequest, ServerCallContext, Task<ProbeResponse>>> _byName = new();

    public void Set(string name, Func<ProbeRequest, ServerCallContext, Task<ProbeResponse>> behaviour) => _byName[name] = behaviour;

    public void Set(string name, Func<ProbeResponse> behaviour) => Set(name, (_, _) => Task.FromResult(behaviour()));

    public void SetFailure(string name, Func<Exception> exception) => Set(name, (_, _) => Task.FromException<ProbeResponse>(exception()));

    public Task<ProbeResponse> RunAsync(ProbeRequest request, ServerCallContext context) =>
        request.Behaviour.Length == 0
            ? Task.FromResult(new ProbeResponse { Text = "ok", Number = request.Number })
            : _byName[request.Behaviour](request, context);
}
