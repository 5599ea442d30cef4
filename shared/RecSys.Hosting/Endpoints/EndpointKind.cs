namespace RecSys.Hosting.Endpoints;

/// <summary>Which of the two endpoints a connection came in on; a feature of the connection.</summary>
internal enum EndpointKind
{
    Grpc,
    Http,
}
