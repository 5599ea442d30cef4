using Microsoft.Extensions.Options;
using RecSys.Data;

namespace RecSys.Hosting.Security;

/// <summary>
/// What this process shows the services that it calls. Where none is configured it is made up at the start: then only the process itself
/// knows it, which is enough for services that call each other inside one process.
/// </summary>
public sealed class ServiceToken
{
    private readonly string _text;

    /// <summary>The configured one, or a new one.</summary>
    public ServiceToken(IOptions<SecurityOptions> options)
    {
        var configured = options.Value.ReadServiceToken();
        IsShared = configured is not null;
        _text = configured ?? ApiToken.Create().Reveal();
    }

    /// <summary>Whether other processes know it.</summary>
    public bool IsShared { get; }

    /// <summary>The text; never to be logged.</summary>
    public string Reveal() => _text;
}
