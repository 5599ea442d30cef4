namespace Grpc.Core;

/// <summary>Adds authorization to the headers of a call.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
