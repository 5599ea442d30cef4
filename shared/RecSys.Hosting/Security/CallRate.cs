using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using RecSys.Hosting.Endpoints;
using RecSys.Hosting.Errors;

namespace RecSys.Hosting.Security;

/// <summary>
/// Bounds the calls of each token on this process by a bucket (System.Threading.RateLimiting): one token bucket for each caller, filled
/// evenly, which holds the calls of two seconds.
/// </summary>
internal sealed class CallRate(IOptions<SecurityOptions> security) : IConfigureOptions<RateLimiterOptions>
{
    private const int SecondsHeld = 2;

    /// <summary>Waiting calls would hold memory: they are told at once when to come back.</summary>
    private const int Waiting = 0;

    public void Configure(RateLimiterOptions options)
    {
        var perSecond = security.Value.CallsPerSecond;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            perSecond > 0 && context.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } caller and not KnownTokens.ServiceCaller
                ? RateLimitPartition.GetTokenBucketLimiter(caller, _ => Bucket(perSecond))
                : RateLimitPartition.GetNoLimiter(""));
        options.OnRejected = (rejected, _) => new ValueTask(GrpcRequests.RefuseAsync(rejected.HttpContext, RecSysException.ResourceExhausted(
            "RATE_EXCEEDED",
            $"This token makes more than {perSecond} calls a second. Send more in one call, or raise Security:CallsPerSecond.",
            rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var delay) ? delay : TimeSpan.FromSeconds(1))));
    }

    /// <summary>Filled once a second where that is one call, up to ten times where it is many.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int perSecond)
    {
        var fillings = Math.Min(perSecond, 10);
        return new()
        {
            TokenLimit = perSecond * SecondsHeld,
            TokensPerPeriod = perSecond / fillings,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)(perSecond / fillings) / perSecond),
            QueueLimit = Waiting,
        };
    }
}
