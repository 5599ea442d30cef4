namespace Grpc.Core;

/// <summary>Receives the kind of a channel's credentials; a runtime derives from it.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>Cleartext.</summary>
    public abstract void SetInsecureCredentials(object state);

    /// <summary>TLS; null for the system's roots, no client certificate and the usual verification.</summary>
    public abstract void SetSslCredentials(
        object state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>A secured channel whose calls carry authorization.</summary>
    public abstract void SetCompositeCredentials(object state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
