namespace Grpc.Core;

/// <summary>Receives the kind of a call's credentials; a runtime derives from it.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>Several, in order.</summary>
    public abstract void SetCompositeCredentials(object state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>A function that adds headers.</summary>
    public abstract void SetAsyncAuthInterceptorCredentials(object state, AsyncAuthInterceptor interceptor);
}
