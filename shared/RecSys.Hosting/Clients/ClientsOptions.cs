using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RecSys.Hosting.Endpoints;

namespace RecSys.Hosting.Clients;

/// <summary>Section <c>Clients</c>: how this process calls other services.</summary>
public sealed class ClientsOptions : IValidatableObject
{
    /// <summary>
    /// How often a call that ends with UNAVAILABLE is made in all, from 1 (no retry) to 5; default 4. A call is made again
    /// only while nothing of its answer has arrived, and never beyond its deadline.
    /// </summary>
    [Range(1, 5, ErrorMessage = "It must be from 1 (no retry) to 5.")]
    public int MaxAttempts { get; init; } = 4;

    /// <summary>
    /// Longest pause before the second attempt, from 1 millisecond to 10 seconds; default 100 milliseconds. The real pause
    /// is random below it; each further one doubles the bound, up to ten times this value.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10", ErrorMessage = "It must be from 00:00:00.001 to 00:00:10 (hours:minutes:seconds).")]
    public TimeSpan RetryBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time to open a connection, from 100 milliseconds to 1 minute; default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "It must be from 00:00:00.1 to 00:01:00 (hours:minutes:seconds).")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a <c>dns:///</c> name is looked up again, from 1 second to 1 hour; default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "It must be from 00:00:01 to 01:00:00 (hours:minutes:seconds).")]
    public TimeSpan DnsRefresh { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// File of certificate authorities (PEM) of which one must have signed the certificate of a service called over TLS. Default: none, and
    /// those count that the machine trusts.
    /// </summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary>File of the certificate (PEM) that is shown to services which ask for one. Default: none.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>File of the private key (PEM) of <see cref="CertificateFile"/>; needed only when that one lacks it.</summary>
    public string CertificateKeyFile { get; init; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AuthorityFile.Length > 0 && CertificateFiles.Problem(AuthorityFile) is { } authorities)
        {
            yield return new(authorities, [nameof(AuthorityFile)]);
        }

        if (CertificateFile.Length == 0)
        {
            if (CertificateKeyFile.Length > 0)
            {
                yield return new("It needs Clients:CertificateFile beside it.", [nameof(CertificateKeyFile)]);
            }
        }
        else if (CertificateProblem() is { } certificate)
        {
            yield return new(certificate, [nameof(CertificateFile)]);
        }
    }

    /// <summary>The client certificate with its key; null when none is configured.</summary>
    internal X509Certificate2? ReadCertificate() => CertificateFile.Length == 0 ? null
        : X509Certificate2.CreateFromPemFile(CertificateFile, CertificateKeyFile.Length > 0 ? CertificateKeyFile : null);

    private string? CertificateProblem()
    {
        try
        {
            ReadCertificate()?.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"It must be a PEM file with a certificate, and its key there or in Clients:CertificateKeyFile: {exception.Message}";
        }
    }
}
