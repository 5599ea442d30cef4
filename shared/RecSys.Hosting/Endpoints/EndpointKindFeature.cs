namespace RecSys.Hosting.Endpoints;

/// <summary>Marks a connection with the endpoint it came in on.</summary>
internal sealed record EndpointKindFeature(EndpointKind Kind)
{
    public static readonly EndpointKindFeature Grpc = new(EndpointKind.Grpc);
    public static readonly EndpointKindFeature Http = new(EndpointKind.Http);
}
