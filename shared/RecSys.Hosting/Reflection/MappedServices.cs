using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace RecSys.Hosting.Reflection;

/// <summary>The protobuf descriptors of all gRPC services that the host has mapped.</summary>
internal sealed class MappedServices(EndpointDataSource endpoints)
{
    private readonly Lazy<IReadOnlyDictionary<string, ServiceDescriptor>> _byName = new(() => Find(endpoints));

    /// <summary>The services by full name, such as <c>recsys.ingest.v1.IngestService</c>.</summary>
    public IReadOnlyDictionary<string, ServiceDescriptor> ByName => _byName.Value;

    private static SortedDictionary<string, ServiceDescriptor> Find(EndpointDataSource endpoints)
    {
        var found = new SortedDictionary<string, ServiceDescriptor>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.Endpoints)
        {
            if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method && Describe(method.ServiceType) is { } descriptor)
            {
                found[descriptor.FullName] = descriptor;
            }
        }

        return found;
    }

    /// <summary>Generated code marks the service's base class with the class that also holds its descriptor.</summary>
    private static ServiceDescriptor? Describe(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } bind)
            {
                return bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
            }
        }

        return null;
    }
}
