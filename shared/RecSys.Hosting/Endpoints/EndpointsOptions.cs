using System.ComponentModel.DataAnnotations;

namespace RecSys.Hosting.Endpoints;

/// <summary>Section <c>Endpoints</c>: where the process listens and what it takes there.</summary>
public sealed class EndpointsOptions : IValidatableObject
{
    /// <summary>
    /// Address of the gRPC endpoint, HTTP/2 only. <c>http://HOST:PORT</c>, or <c>https://HOST:PORT</c> with a certificate in
    /// section <c>Kestrel</c>, where HOST is an IP address, <c>localhost</c>, or <c>*</c> for all interfaces; port 0 takes a free
    /// one. Default: the service's own port on 127.0.0.1.
    /// </summary>
    public string Grpc { get; init; } = "http://127.0.0.1:5100";

    /// <summary>Address of the HTTP/1.1 endpoint, written as <see cref="Grpc"/>.</summary>
    public string Http { get; init; } = "http://127.0.0.1:5180";

    /// <summary>
    /// The largest message taken, in bytes, from 1 KiB to 1 GiB; default 4 MiB. For gRPC it limits each message, not the
    /// length of a stream; for HTTP it limits the body.
    /// </summary>
    [Range(1 << 10, 1 << 30, ErrorMessage = "It must be from 1024 (1 KiB) to 1073741824 (1 GiB) bytes.")]
    public int MaxMessageBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Connections open at the same time on each endpoint, from 1 to 1,000,000; default 10,000. One more is closed at once.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "It must be from 1 to 1000000.")]
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Calls in progress on one gRPC connection, from 1 to 10,000; default 100. Clients wait with more, or open another connection.</summary>
    [Range(1, 10_000, ErrorMessage = "It must be from 1 to 10000.")]
    public int MaxCallsPerConnection { get; init; } = 100;

    /// <summary>
    /// File of certificate authorities (PEM). When it is set, clients of endpoints with <c>https</c> must show a certificate that one of them
    /// has signed. Default: none, and no certificate is asked for.
    /// </summary>
    public string ClientAuthorityFile { get; init; } = "";

    /// <summary>
    /// Deadline of a unary call whose client set none, from 1 second to 1 hour; default 30 seconds. Streams have none.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "It must be from 00:00:01 to 01:00:00 (hours:minutes:seconds).")]
    public TimeSpan DefaultDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ClientAuthorityFile.Length > 0 && CertificateFiles.Problem(ClientAuthorityFile) is { } authorities)
        {
            yield return new(authorities, [nameof(ClientAuthorityFile)]);
        }

        if (ListenAddress.Problem(Grpc) is { } grpc)
        {
            yield return new(grpc, [nameof(Grpc)]);
        }

        if (ListenAddress.Problem(Http) is { } http)
        {
            yield return new(http, [nameof(Http)]);
        }
        else if (ListenAddress.AreSame(Grpc, Http))
        {
            yield return new("It must differ from Endpoints:Grpc: HTTP/2 and HTTP/1.1 can't share a port.", [nameof(Http)]);
        }
    }
}
