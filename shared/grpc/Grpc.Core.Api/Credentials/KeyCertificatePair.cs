namespace Grpc.Core;

/// <summary>A client certificate, PEM.</summary>
public sealed class KeyCertificatePair(string certificateChain, string privateKey)
{
    /// <summary>The certificate and those above it.</summary>
    public string CertificateChain { get; } = certificateChain;

    /// <summary>The certificate's private key.</summary>
    public string PrivateKey { get; } = privateKey;
}
