using System.Collections.Concurrent;
using System.Security.Claims;
using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.Options;
using RecSys.Data;
using RecSys.Hosting.Errors;
using RecSys.Hosting.Startup;

namespace RecSys.Hosting.Security;

/// <summary>
/// Says who shows a token. The tokens of the database are in memory and read again now and then, so that no call waits for the database
/// and a known caller is served while it is away. Only a token that isn't known yet has them read at once.
/// </summary>
internal sealed class KnownTokens : BackgroundService
{
    /// <summary>The name of the caller that shows the service token.</summary>
    public const string ServiceCaller = "service";

    private const string AdminCaller = "admin";
    private const string AuthenticationType = "token";

    /// <summary>The shortest time from one reading to the next: unknown tokens, however many, keep one connection busy at most.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Uses nearer to each other are noted once.</summary>
    private static readonly TimeSpan UseGrain = TimeSpan.FromMinutes(1);

    private readonly ApiTokenStore? _store;
    private readonly TimeSpan _refresh;
    private readonly SecurityMode _mode;
    private readonly StartupGate _gate;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly (byte[] Hash, ClaimsPrincipal Caller)[] _configured;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private volatile Dictionary<string, (ApiTokenRow Row, ClaimsPrincipal Caller)> _stored = [];
    private Task _reading = Task.CompletedTask;
    private long _readAt;

    public KnownTokens(
        IOptions<SecurityOptions> options,
        ServiceToken service,
        SecurityMode mode,
        StartupGate gate,
        TimeProvider time,
        ILogger<KnownTokens> logger,
        ApiTokenStore? store = null)
    {
        (_store, _refresh, _mode, _gate, _time, _logger) = (store, options.Value.TokenRefresh, mode, gate, time, logger);
        _configured =
        [
            (ApiToken.Hash(service.Reveal()), CallerOf(ServiceCaller, ServiceCaller, TokenScopes.Admin)),
            .. options.Value.ReadAdminToken() is { } admin
                ? [(ApiToken.Hash(admin), CallerOf(AdminCaller, AdminCaller, TokenScopes.Admin))]
                : Array.Empty<(byte[], ClaimsPrincipal)>(),
        ];
    }

    /// <summary>Reads the tokens of the database.</summary>
    /// <returns>How many there are, also revoked ones.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<int> ReadAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _readAt, _time.GetTimestamp());
        var rows = await _store!.ReadAllAsync(cancellationToken);
        _stored = rows.ToDictionary(row => row.TokenId, row => (row, CallerOf(row.TokenId, row.Name, row.Scopes)), StringComparer.Ordinal);
        return rows.Count;
    }

    /// <summary>The caller that a token stands for.</summary>
    /// <param name="shown">The token's text.</param>
    /// <param name="cancellationToken">Ends the waiting for the database.</param>
    /// <exception cref="RecSysException">UNAUTHENTICATED: it is nobody's, or no longer. UNAVAILABLE: it isn't known, and the database can't be asked.</exception>
    public async ValueTask<ClaimsPrincipal> FindAsync(string shown, CancellationToken cancellationToken)
    {
        var hash = ApiToken.Hash(shown);
        foreach (var (configured, caller) in _configured)
        {
            if (CryptographicOperations.FixedTimeEquals(configured, hash))
            {
                return caller;
            }
        }

        if (_store is null || !ApiToken.TryParse(shown, out var token))
        {
            throw Invalid("It isn't known here");
        }

        if (!_gate.Answers)
        {
            throw RecSysException.Unavailable("STARTING", "The service is starting and has not read the API tokens yet. Call again.", TimeSpan.FromSeconds(1));
        }

        // The first reading may have begun before the token was made, the second can't have.
        for (var readings = 0; readings < 2 && !_stored.ContainsKey(token.TokenId); readings++)
        {
            await ReadAgainAsync().WaitAsync(cancellationToken);
        }

        if (!_stored.TryGetValue(token.TokenId, out var found) || !found.Row.IsProvenBy(token))
        {
            throw Invalid("It isn't known here");
        }

        var now = _time.GetUtcNow();
        if (!found.Row.IsValidAt(now))
        {
            throw Invalid(found.Row.RevokedAt is null ? "It has expired" : "It was revoked");
        }

        _used[token.TokenId] = now;
        return found.Caller;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_store is null || !_mode.TokensAreNeeded)
        {
            return;
        }

        // Before that there may be no table.
        await _gate.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(_refresh, _time);
        var isAway = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReadAsync(stoppingToken);
                await NoteUseAsync(stoppingToken);
                isAway = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever is wrong with the database, the callers that are known are let in.
                if (!isAway)
                {
                    HostingLog.TokensNotRead(_logger, exception.Message, exception);
                }

                isAway = true;
            }
        }
    }

    /// <summary>One reading for all who wait, some time after the one before.</summary>
    private Task ReadAgainAsync()
    {
        lock (_lock)
        {
            return _reading.IsCompleted ? _reading = ReadSoonAsync() : _reading;
        }
    }

    private async Task ReadSoonAsync()
    {
        var since = _time.GetElapsedTime(Volatile.Read(ref _readAt));
        if (since < Pause)
        {
            await Task.Delay(Pause - since, _time);
        }

        try
        {
            await ReadAsync(CancellationToken.None);
        }
        catch (DatabaseUnavailableException exception)
        {
            throw RecSysException.Unavailable(
                "TOKENS_UNAVAILABLE", "The token isn't known yet and the database that would know it doesn't answer. Call again.", TimeSpan.FromSeconds(1), exception);
        }
    }

    private async Task NoteUseAsync(CancellationToken cancellationToken)
    {
        var stored = _stored;
        var uses = _used.Where(use => !stored.TryGetValue(use.Key, out var known) || !(use.Value - known.Row.LastUsedAt < UseGrain))
            .ToDictionary(use => use.Key, use => use.Value, StringComparer.Ordinal);
        if (uses.Count > 0)
        {
            await _store!.NoteUseAsync(uses, cancellationToken);
        }
    }

    private static ClaimsPrincipal CallerOf(string id, string name, TokenScopes scopes) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.NameIdentifier, id),
            new(ClaimTypes.Name, name),
            .. Enum.GetValues<TokenScopes>().Where(scope => scopes.HasFlag(scope)).Select(scope => new Claim(Scopes.Claim, Scopes.NameOf(scope))),
        ],
        AuthenticationType));

    private static RecSysException Invalid(string why) => new(
        StatusCode.Unauthenticated, "TOKEN_INVALID", $"The token can't be used. {why}. 'recsys tokens list' shows those that can, 'recsys tokens create' makes one.");
}
