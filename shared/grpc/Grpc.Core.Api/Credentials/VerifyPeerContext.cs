namespace Grpc.Core;

/// <summary>The server that a <see cref="VerifyPeerCallback"/> judges.</summary>
public class VerifyPeerContext(string targetName, string peerPem)
{
    /// <summary>The name that was connected to.</summary>
    public string TargetName { get; } = targetName;

    /// <summary>The server's certificate, PEM.</summary>
    public string PeerPem { get; } = peerPem;
}
