namespace Grpc.Core;

/// <summary>Authorization of single calls. A channel reads it through a configurator.</summary>
public abstract class CallCredentials
{
    /// <summary>Tells the configurator what kind of credentials these are.</summary>
    public abstract void InternalPopulateConfiguration(CallCredentialsConfiguratorBase configurator, object state);
}
