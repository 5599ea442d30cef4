using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RecSys.Hosting.Endpoints;

/// <summary>Certificates in PEM files, and who has signed them. Revocation is not asked about: authorities of one's own seldom publish it.</summary>
internal static class CertificateFiles
{
    /// <summary>The use of a certificate that a client shows (RFC 5280).</summary>
    public static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    /// <summary>The use of a certificate that a server shows.</summary>
    public static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Why a file holds no certificates and what to do; null when it does.</summary>
    public static string? Problem(string path)
    {
        try
        {
            ReadAuthorities(path).ToList().ForEach(certificate => certificate.Dispose());
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"It must be a PEM file with one certificate or more: {exception.Message}";
        }
    }

    /// <exception cref="IOException">The file isn't there.</exception>
    /// <exception cref="CryptographicException">It holds no certificate.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("There is no certificate in it.");
    }

    /// <summary>Whether one of the authorities, and nobody else whom the machine trusts, vouches for a certificate.</summary>
    /// <param name="authorities">Trusted.</param>
    /// <param name="certificate">What was shown.</param>
    /// <param name="shown">The chain that was built from it; what came with it may be needed on the way to the authority.</param>
    /// <param name="use">What the certificate must be for.</param>
    public static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain? shown, Oid use)
    {
        using var chain = new X509Chain { ChainPolicy = Policy(authorities, use) };
        if (shown is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(shown.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate);
    }

    /// <summary>Trusts the authorities and nobody else.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities, Oid use)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(use);
        return policy;
    }
}
