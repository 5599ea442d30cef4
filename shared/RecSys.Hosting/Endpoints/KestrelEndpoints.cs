using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Settings;

namespace RecSys.Hosting.Endpoints;

/// <summary>
/// Gives Kestrel the two endpoints: section <c>Endpoints</c> says where, and section <c>Kestrel</c>, which is Kestrel's own, with
/// which certificates.
/// </summary>
internal sealed class KestrelEndpoints(IOptions<EndpointsOptions> endpoints, IConfiguration configuration) : IConfigureOptions<KestrelServerOptions>
{
    private const string Section = "Kestrel";

    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = endpoints.Value.MaxMessageBytes;
        options.Limits.MaxConcurrentConnections = endpoints.Value.MaxConnections;
        options.Limits.Http2.MaxStreamsPerConnection = endpoints.Value.MaxCallsPerConnection;

        // Finds clients that vanished without a word, so that their streams end.
        options.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);

        // BoundEndpoints relies on the order of the names.
        var kestrel = new ConfigurationBuilder().AddConfiguration(configuration.GetSection(Section)).AddInMemoryCollection(
        [
            new("Endpoints:Grpc:Url", endpoints.Value.Grpc),
            new("Endpoints:Grpc:Protocols", nameof(HttpProtocols.Http2)),
            new("Endpoints:Http:Url", endpoints.Value.Http),
            new("Endpoints:Http:Protocols", nameof(HttpProtocols.Http1)),
        ]).Build();
        if (endpoints.Value.ClientAuthorityFile is { Length: > 0 } file)
        {
            RequireClientCertificates(options, CertificateFiles.ReadAuthorities(file));
        }

        RequireCertificate(kestrel, "Grpc", endpoints.Value.Grpc);
        RequireCertificate(kestrel, "Http", endpoints.Value.Http);
        try
        {
            options.Configure(kestrel).Load();
        }
        catch (Exception exception)
        {
            throw new InvalidSettingsException($"Section {Section} can't be used: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static void RequireClientCertificates(KestrelServerOptions options, X509Certificate2Collection authorities) =>
        options.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, chain, _) => CertificateFiles.IsSignedBy(authorities, certificate, chain, CertificateFiles.ClientUse);
        });

    private static void RequireCertificate(IConfiguration kestrel, string endpoint, string address)
    {
        if (ListenAddress.IsSecure(address)
            && !kestrel.GetSection("Certificates:Default").Exists()
            && !kestrel.GetSection($"Endpoints:{endpoint}:Certificate").Exists())
        {
            throw new InvalidSettingsException(
                $"Endpoints:{endpoint} is '{address}'. It needs a certificate: set {Section}:Certificates:Default:Path, and KeyPath or Password beside it.");
        }
    }
}
