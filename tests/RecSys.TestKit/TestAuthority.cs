using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RecSys.TestKit;

/// <summary>A certificate authority made for a test, which signs certificates of servers on loopback and of clients. Valid for a day.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly TempFolder _folder = new("authority");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(AuthorityFile, _certificate.ExportCertificatePem());
    }

    /// <summary>The authority's own certificate (PEM).</summary>
    public string AuthorityFile => _folder.File("authority.crt");

    /// <summary>The files of a new certificate and its key (PEM) for a server at localhost and 127.0.0.1.</summary>
    public (string Certificate, string Key) IssueServer() => Issue("server", ServerUse);

    /// <summary>The files of a new certificate and its key (PEM) for a client.</summary>
    public (string Certificate, string Key) IssueClient() => Issue("client", ClientUse);

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private (string Certificate, string Key) Issue(string name, string use)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        using var certificate = request.Create(_certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(20), RandomNumberGenerator.GetBytes(16));
        var files = (_folder.File($"{name}.crt"), _folder.File($"{name}.key"));
        File.WriteAllText(files.Item1, certificate.ExportCertificatePem());
        File.WriteAllText(files.Item2, key.ExportPkcs8PrivateKeyPem());
        return files;
    }
}
