using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RecSys.Data;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Settings;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Security;

/// <summary>Whether callers of this process need a token.</summary>
/// <param name="TokensAreNeeded">Whether they do.</param>
/// <param name="Why">Why they do, for people.</param>
internal sealed record SecurityMode(bool TokensAreNeeded, string Why)
{
    /// <exception cref="InvalidSettingsException">Tokens are off at an address that other machines reach.</exception>
    public static SecurityMode Of(SecurityOptions security, EndpointsOptions endpoints)
    {
        var (setting, address) = new[] { ("Endpoints:Grpc", endpoints.Grpc), ("Endpoints:Http", endpoints.Http) }
            .FirstOrDefault(endpoint => !ListenAddress.IsLoopback(endpoint.Item2));
        return (security.Tokens, address) switch
        {
            (TokenUse.Off, not null) => throw new InvalidSettingsException(
                $"Security:Tokens is Off, and {setting} is '{address}', which other machines reach. Set Security:Tokens to Auto, or listen on 127.0.0.1."),
            (TokenUse.Auto, not null) => new(true, $"{setting} is '{address}', which other machines reach"),
            (TokenUse.Required, _) => new(true, "Security:Tokens is Required"),
            _ => new(false, ""),
        };
    }
}

/// <summary>Puts the check of tokens before every call.</summary>
internal static class SecurityServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSettings<SecurityOptions>(SecurityOptions.Section);
        services.AddSingleton(provider => SecurityMode.Of(
            provider.GetRequiredService<IOptions<SecurityOptions>>().Value, provider.GetRequiredService<IOptions<EndpointsOptions>>().Value));
        services.AddSingleton<ServiceToken>();
        services.AddSingleton<KnownTokens>();
        services.AddHostedService(provider => provider.GetRequiredService<KnownTokens>());

        // The core only: what AddAuthentication adds would write keys for cookies into the home folder.
        services.AddAuthenticationCore(schemes =>
        {
            schemes.DefaultScheme = TokenAuthentication.Scheme;
            schemes.AddScheme<TokenAuthentication>(TokenAuthentication.Scheme, displayName: null);
        });
        services.AddTransient<TokenAuthentication>();
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<SecurityMode>((authorization, mode) => Scopes.AddPolicies(authorization, mode.TokensAreNeeded));
        services.AddRateLimiter(_ => { });
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>, CallRate>();
    }

    /// <summary>Has every request checked; what comes before this in the pipeline is open.</summary>
    public static void Use(WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
    }

    /// <summary>Sees to it that the process doesn't start where nobody could call it, or anybody.</summary>
    /// <param name="builder">With settings that have been checked one by one.</param>
    /// <exception cref="InvalidSettingsException">It can't start; the message says what to do.</exception>
    public static void CheckBeforeStart(WebApplicationBuilder builder)
    {
        var security = builder.Configuration.GetSection(SecurityOptions.Section).Get<SecurityOptions>() ?? new();
        var mode = SecurityMode.Of(security, builder.Configuration.GetSection("Endpoints").Get<EndpointsOptions>() ?? new());
        if (!mode.TokensAreNeeded)
        {
            return;
        }

        if (builder.Services.Any(service => service.ServiceType == typeof(ApiTokenStore)))
        {
            builder.Services.AddStartupTask<TokensTask>();
        }
        else if (!HasConfigured(security))
        {
            throw NoToken(mode, "");
        }
    }

    private static bool HasConfigured(SecurityOptions security) => security.ReadServiceToken() is not null || security.ReadAdminToken() is not null;

    private static InvalidSettingsException NoToken(SecurityMode mode, string database) => new(
        $"{mode.Why}, but there is no API token{database}. Make one with 'recsys tokens create NAME --scope submit,read', or set Security:ServiceTokenFile or Security:AdminTokenFile, or listen on 127.0.0.1 only.");

    /// <summary>Reads the tokens once before the first call.</summary>
    private sealed class TokensTask(KnownTokens tokens, SecurityMode mode, DatabaseMigrator database, IOptions<SecurityOptions> options) : IStartupTask
    {
        public string Name => "API tokens";

        public string WaitsFor => database.DescribeTarget();

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            if (await tokens.ReadAsync(cancellationToken) == 0 && !HasConfigured(options.Value))
            {
                throw NoToken(mode, $" in {WaitsFor}");
            }
        }
    }
}
